package dev.mindfulcode.flowstream;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.dataprotection.UserKeys;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Finds users' keys, patiently: a database that is away for a moment costs a wait on the stream thread, not a record.
 *
 * @param attemptsMax after so many failures the lookup gives up
 * @param firstPause how long to wait after the first failure; doubled each time
 */
record KeyLookup(UserKeys keys, int attemptsMax, Duration firstPause) {

    static final int ATTEMPTS_MAX = 6;
    static final Duration FIRST_PAUSE = Duration.ofMillis(250);

    /** No attempt is begun later than this after the first: the transaction must outlive the lookup. */
    static final Duration PATIENCE_MAX = Duration.ofSeconds(15);

    static KeyLookup of(UserKeys keys) {
        return new KeyLookup(keys, ATTEMPTS_MAX, FIRST_PAUSE);
    }

    /**
     * Returns the user's cipher, or empty where the user has been erased.
     *
     * @throws KeysUnavailableException where no attempt got an answer
     */
    Optional<UserCipher> find(UUID userId) {
        long beganNs = System.nanoTime();
        long pauseMs = firstPause.toMillis();
        for (int attempt = 1; ; attempt++) {
            try {
                return keys.find(userId);
            } catch (RuntimeException e) {
                if (attempt == attemptsMax
                        || System.nanoTime() - beganNs > PATIENCE_MAX.toNanos()
                        || !paused(pauseMs)) {
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
