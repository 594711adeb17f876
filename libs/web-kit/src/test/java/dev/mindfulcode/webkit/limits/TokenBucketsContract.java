package dev.mindfulcode.webkit.limits;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The behaviour of every store of token buckets. */
abstract class TokenBucketsContract {

    /** Refills a token every six minutes, which is longer than any test. */
    private static final Quota TEN = new Quota("ten", 10, Duration.ofHours(1));

    private final TokenBuckets buckets = open();

    /** Opens a store without buckets. */
    abstract TokenBuckets open();

    @AfterEach
    void close() {
        buckets.close();
    }

    @Test
    void allowsAQuotaAndNoMore() {
        for (int remaining = 9; remaining >= 0; remaining--) {
            RateLimitResult result = consume(TEN, "ada");
            assertThat(result.isAllowed()).isTrue();
            assertThat(result.remaining()).isEqualTo(remaining);
            assertThat(result.untilNext()).isZero();
        }
        RateLimitResult rejected = consume(TEN, "ada");
        assertThat(rejected.isAllowed()).isFalse();
        assertThat(rejected.remaining()).isZero();
    }

    @Test
    void reportsWhenToRetryAndWhenTheBucketIsFull() {
        for (int i = 0; i < 10; i++) {
            consume(TEN, "ada");
        }
        RateLimitResult rejected = consume(TEN, "ada");
        assertThat(rejected.untilNext()).isBetween(Duration.ofMinutes(5), Duration.ofMinutes(6));
        assertThat(rejected.untilFull()).isBetween(Duration.ofMinutes(59), Duration.ofMinutes(60));
    }

    @Test
    void countsSubjectsSeparately() {
        for (int i = 0; i < 10; i++) {
            consume(TEN, "ada");
        }
        assertThat(consume(TEN, "bob").isAllowed()).isTrue();
    }

    @Test
    void countsQuotasSeparately() {
        for (int i = 0; i < 10; i++) {
            consume(TEN, "ada");
        }
        assertThat(consume(new Quota("other", 10, Duration.ofHours(1)), "ada").isAllowed())
                .isTrue();
        assertThat(consume(new Quota("ten", 20, Duration.ofHours(1)), "ada").isAllowed())
                .as("a changed quota starts new buckets")
                .isTrue();
    }

    private RateLimitResult consume(Quota quota, String subject) {
        return Objects.requireNonNull(buckets.tryConsume(quota, subject).block(Duration.ofSeconds(60)));
    }
}
