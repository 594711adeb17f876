package dev.mindfulcode.webhooks;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RetryScheduleTest {

    @Test
    void delaysGrowToSixHoursAndSpanAboutADay() {
        Random random = new Random(1);
        Duration all = Duration.ZERO;
        Duration longestBefore = Duration.ZERO;
        for (int failed = 1; failed < RetrySchedule.ATTEMPTS_MAX; failed++) {
            Duration longest = Duration.ofHours(6);
            Duration full = Duration.ofSeconds(10).multipliedBy(1L << Math.min(2 * (failed - 1), 20));
            longest = full.compareTo(longest) < 0 ? full : longest;
            for (int i = 0; i < 100; i++) {
                Duration wait = RetrySchedule.afterFailure(failed, random);
                assertThat(wait).isBetween(longest.dividedBy(2), longest);
            }
            assertThat(longest).isGreaterThanOrEqualTo(longestBefore);
            longestBefore = longest;
            all = all.plus(longest);
        }
        assertThat(longestBefore).isEqualTo(Duration.ofHours(6));
        assertThat(all).isBetween(Duration.ofHours(18), Duration.ofHours(30));
    }

    @Test
    void spreadsRetriesOfSimultaneousFailures() {
        Random random = new Random(2);
        assertThat(java.util.stream.Stream.generate(() -> RetrySchedule.afterFailure(3, random))
                        .limit(20)
                        .distinct())
                .hasSizeGreaterThan(10);
    }
}
