package dev.mindfulcode.flowstream;

import dev.mindfulcode.protection.UserCipher;
import dev.mindfulcode.protection.UserKeys;
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

    /** Waits 0.25 + 0.5 + 1 + 2 + 4 s in all: well within the transaction's timeout and the poll interval. */
    static final int ATTEMPTS_MAX = 6;

    static final Duration FIRST_PAUSE = Duration.ofMillis(250);

    static KeyLookup of(UserKeys keys) {
        return new KeyLookup(keys, ATTEMPTS_MAX, FIRST_PAUSE);
    }

    /**
     * Returns the user's cipher, or empty where the user has been erased.
     *
     * @throws KeysUnavailableException where no attempt got an answer
     */
    Optional<UserCipher> find(UUID userId) {
        long pauseMs = firstPause.toMillis();
        for (int attempt = 1; ; attempt++) {
            try {
                return keys.find(userId);
            } catch (RuntimeException e) {
                if (attempt == attemptsMax) {
                    throw new KeysUnavailableException(attempt, e);
                }
                pause(pauseMs, e);
                pauseMs *= 2;
            }
        }
    }

    private static void pause(long pauseMs, RuntimeException why) {
        try {
            TimeUnit.MILLISECONDS.sleep(pauseMs);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KeysUnavailableException(1, why);
        }
    }
}
