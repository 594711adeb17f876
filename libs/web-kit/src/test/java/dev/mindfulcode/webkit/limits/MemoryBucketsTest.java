package dev.mindfulcode.webkit.limits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.bucket4j.TimeMeter;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MemoryBucketsTest extends TokenBucketsContract {

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

    @Override
    TokenBuckets open() {
        return new MemoryBuckets();
    }

    @Test
    void refillsEvenly() {
        for (int i = 0; i < 5; i++) {
            consume("ada");
        }
        RateLimitResult rejected = consume("ada");
        assertThat(rejected.isAllowed()).isFalse();
        assertThat(rejected.untilNext()).isEqualTo(Duration.ofSeconds(2));
        assertThat(rejected.untilFull()).isEqualTo(Duration.ofSeconds(10));
        nowNs.addAndGet(rejected.untilNext().toNanos());
        assertThat(consume("ada").isAllowed()).isTrue();
        assertThat(consume("ada").isAllowed()).isFalse();
    }

    @Test
    void evictsBucketsAboveTheMaximum() {
        for (int i = 0; i < MemoryBuckets.BUCKETS_MAX + 50_000; i++) {
            consume(Integer.toString(i));
        }
        assertThat(buckets.size()).isLessThanOrEqualTo(MemoryBuckets.BUCKETS_MAX);
        nowNs.addAndGet(Duration.ofSeconds(11).toNanos());
        assertThat(buckets.size()).as("full buckets are removed").isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"0/60", "60/0", "60", "-1/60", "60/60s", "1e3/60", "99999999999/1"})
    void rejectsInvalidQuotas(String text) {
        assertThatThrownBy(() -> Quota.parse("user", "RATE_LIMIT_USER", text))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("RATE_LIMIT_USER")
                .hasMessageContaining("1200/60");
    }

    @Test
    void parsesQuotasAndOff() {
        assertThat(Quota.parse("user", "RATE_LIMIT_USER", "off")).isNull();
        assertThat(Quota.parse("user", "RATE_LIMIT_USER", "7/5"))
                .isEqualTo(new Quota("user", 7, Duration.ofSeconds(5)));
    }

    private RateLimitResult consume(String subject) {
        return Objects.requireNonNull(buckets.tryConsume(FIVE, subject).block());
    }
}
