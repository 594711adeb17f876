package dev.mindfulcode.flowstream;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.dataprotection.UserKeys;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Looks up users' keys, with retries: a short outage of the database delays the stream thread and loses no record.
 *
 * @param attemptsMax failures after which the lookup gives up
 * @param initialRetryDelay delay after the first failure; doubled each time
 */
record KeyLookup(UserKeys keys, int attemptsMax, Duration initialRetryDelay) {

    static final int ATTEMPTS_MAX_DEFAULT = 6;
    static final Duration INITIAL_RETRY_DELAY = Duration.ofMillis(250);

    /** No attempt begins later than this after the first: the transaction must outlive the lookup. */
    static final Duration TIMEOUT = Duration.ofSeconds(15);

    static KeyLookup of(UserKeys keys) {
        return new KeyLookup(keys, ATTEMPTS_MAX_DEFAULT, INITIAL_RETRY_DELAY);
    }

    /**
     * Returns the user's cipher, or empty if the user was erased.
     *
     * @throws KeysUnavailableException if no attempt succeeded
     */
    Optional<UserCipher> find(UUID userId) {
        long beganNs = System.nanoTime();
        long pauseMs = initialRetryDelay.toMillis();
        for (int attempt = 1; ; attempt++) {
            try {
                return keys.find(userId);
            } catch (RuntimeException e) {
                if (attempt == attemptsMax || System.nanoTime() - beganNs > TIMEOUT.toNanos() || !paused(pauseMs)) {
                    throw new KeysUnavailableException(attempt, e);
                }
                pauseMs *= 2;
            }
        }
    }

    private static boolean paused(long pauseMs) {
        try {
            TimeUnit.MILLISECONDS.sleep(pauseMs);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
