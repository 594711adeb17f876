package dev.mindfulcode.apigateway.webhooks;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * When a delivery that failed is tried again: after 10 s, 40 s, 3, 11 and 43 minutes, 3 hours and then each 6 hours,
 * each time a random part of up to a half earlier, so that what failed together does not come back together. The last
 * of ten attempts is about a day after the first.
 */
final class RetrySchedule {

    static final int ATTEMPTS_MAX = 10;

    private static final Duration FIRST = Duration.ofSeconds(10);
    private static final Duration LONGEST = Duration.ofHours(6);
    private static final int GROWTH = 4;

    private RetrySchedule() {}

    /** @param attempts how many have failed, from 1 */
    static Duration afterFailure(int attempts, RandomGenerator random) {
        long delayMs = FIRST.toMillis();
        for (int i = 1; i < attempts && delayMs < LONGEST.toMillis(); i++) {
            delayMs *= GROWTH;
        }
        delayMs = Math.min(delayMs, LONGEST.toMillis());
        return Duration.ofMillis(delayMs / 2 + random.nextLong(delayMs / 2 + 1));
    }
}
