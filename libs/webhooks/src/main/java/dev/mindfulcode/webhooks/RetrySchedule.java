package dev.mindfulcode.webhooks;

import java.time.Duration;
import java.util.random.RandomGenerator;

/**
 * The delays between attempts: 10 s, 40 s, 3, 11 and 43 minutes, 3 hours, then 6 hours each, minus a random part of up
 * to a half, so that deliveries that failed together are not retried together. The last of ten attempts is about a day
 * after the first.
 */
final class RetrySchedule {

    static final int ATTEMPTS_MAX = 10;

    private static final Duration FIRST = Duration.ofSeconds(10);
    private static final Duration LONGEST = Duration.ofHours(6);
    private static final int GROWTH = 4;

    private RetrySchedule() {}

    /** @param attempts failed so far, at least 1 */
    static Duration afterFailure(int attempts, RandomGenerator random) {
        long delayMs = FIRST.toMillis();
        for (int i = 1; i < attempts && delayMs < LONGEST.toMillis(); i++) {
            delayMs *= GROWTH;
        }
        delayMs = Math.min(delayMs, LONGEST.toMillis());
        return Duration.ofMillis(delayMs / 2 + random.nextLong(delayMs / 2 + 1));
    }
}
