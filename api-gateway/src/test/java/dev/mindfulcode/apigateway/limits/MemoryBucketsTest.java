package dev.mindfulcode.apigateway.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryBucketsTest {

    private static final Quota FIVE = new Quota("five", 5, Duration.ofSeconds(10));

    private final AtomicLong nowNs = new AtomicLong();
    private final MemoryBuckets buckets = new MemoryBuckets(
            new TimeMeter() {
                @Override
                public long currentTimeNanos() {
                    return nowNs.get();
                }

                @Override
                public boolean isWallClockBased() {
                    return false;
                }
            },
            nowNs::get);

    @Test
    void aQuotaIsGivenOnceAndComesBackEvenly() {
        for (int left = 4; left >= 0; left--) {
            RateLimitResult take = take(FIVE, "ada");
            assertThat(take.isAllowed()).isTrue();
            assertThat(take.remaining()).isEqualTo(left);
        }
        RateLimitResult refused = take(FIVE, "ada");
        assertThat(refused.isAllowed()).isFalse();
        assertThat(refused.untilNext()).isEqualTo(Duration.ofSeconds(2));
        assertThat(refused.untilFull()).isEqualTo(Duration.ofSeconds(10));
        nowNs.addAndGet(refused.untilNext().toNanos());
        assertThat(take(FIVE, "ada").isAllowed())
                .as("after the wait it was told")
                .isTrue();
        assertThat(take(FIVE, "ada").isAllowed()).isFalse();
    }

    @Test
    void subjectsAndQuotasAreCountedApart() {
        for (int i = 0; i < 5; i++) {
            take(FIVE, "ada");
        }
        assertThat(take(FIVE, "ada").isAllowed()).isFalse();
        assertThat(take(FIVE, "bob").isAllowed()).isTrue();
        assertThat(take(new Quota("other", 5, Duration.ofSeconds(10)), "ada").isAllowed())
                .isTrue();
    }

    @Test
    void memoryIsBoundedWhoeverAsks() {
        for (int i = 0; i < MemoryBuckets.BUCKETS_MAX + 50_000; i++) {
            take(FIVE, Integer.toString(i));
        }
        assertThat(buckets.size()).isLessThanOrEqualTo(MemoryBuckets.BUCKETS_MAX);
        nowNs.addAndGet(Duration.ofSeconds(11).toNanos());
        assertThat(buckets.size()).as("full buckets are as good as none").isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0/60", "60/0", "60", "-1/60", "60/60s", "1e3/60", "99999999999/1"})
    void aQuotaThatIsNoneIsRefusedByName(String text) {
        assertThatThrownBy(() -> Quota.parse("user", "RATE_LIMIT_USER", text))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("RATE_LIMIT_USER")
                .hasMessageContaining("1200/60");
    }

    @Test
    void aQuotaCanBeSwitchedOff() {
        assertThat(Quota.parse("user", "RATE_LIMIT_USER", "off")).isNull();
        assertThat(Quota.parse("user", "RATE_LIMIT_USER", "7/5"))
                .isEqualTo(new Quota("user", 7, Duration.ofSeconds(5)));
    }

    private RateLimitResult take(Quota quota, String subject) {
        return Objects.requireNonNull(buckets.tryConsume(quota, subject).block());
    }
}
