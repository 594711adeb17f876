package dev.mindfulcode.flowstream;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.dataprotection.UserKeys;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks up users' keys. Records are worth a wait: a short outage of the database delays the stream thread and loses no
 * record. Polls are not, since the next one repeats the work. Thread-safe.
 */
final class KeyLookup {

    private static final Logger log = LoggerFactory.getLogger(KeyLookup.class);

    static final int ATTEMPTS_MAX_DEFAULT = 6;
    static final Duration INITIAL_RETRY_DELAY = Duration.ofMillis(250);

    /** No attempt begins later than this after the first: the transaction must outlive the lookup. */
    static final Duration TIMEOUT = Duration.ofSeconds(15);

    /** Initial retry delays for which polls ask no more after a failure, so that they do not block every thread. */
    private static final int POLL_RETRY_DELAYS = 8;

    private final UserKeys keys;
    private final int attemptsMax;
    private final Duration initialRetryDelay;
    private final long pollRetryDelayNs;
    private volatile long failedAtNs;

    /**
     * @param attemptsMax failures after which the lookup gives up
     * @param initialRetryDelay delay after the first failure; doubled each time
     */
    KeyLookup(UserKeys keys, int attemptsMax, Duration initialRetryDelay) {
        this.keys = keys;
        this.attemptsMax = attemptsMax;
        this.initialRetryDelay = initialRetryDelay;
        pollRetryDelayNs = POLL_RETRY_DELAYS * initialRetryDelay.toNanos();
        failedAtNs = System.nanoTime() - pollRetryDelayNs;
    }

    static KeyLookup of(UserKeys keys) {
        return new KeyLookup(keys, ATTEMPTS_MAX_DEFAULT, INITIAL_RETRY_DELAY);
    }

    /**
     * Returns the user's cipher, or empty if the user was erased.
     *
     * @throws KeysUnavailableException if no attempt succeeded
     */
    Optional<UserCipher> find(UUID userId) {
        return retrying(() -> keys.find(userId));
    }

    /**
     * Returns the ciphers of those who have a key, with one query; {@link #find} then needs none.
     *
     * @throws KeysUnavailableException if no attempt succeeded
     */
    Map<UUID, UserCipher> findAll(Collection<UUID> userIds) {
        return retrying(() -> keys.findAll(userIds));
    }

    private <T> T retrying(Supplier<T> lookup) {
        long beganNs = System.nanoTime();
        long pauseMs = initialRetryDelay.toMillis();
        for (int attempt = 1; ; attempt++) {
            try {
                return lookup.get();
            } catch (RuntimeException e) {
                if (attempt == attemptsMax || System.nanoTime() - beganNs > TIMEOUT.toNanos() || !paused(pauseMs)) {
                    throw new KeysUnavailableException(attempt, e);
                }
                pauseMs *= 2;
            }
        }
    }

    /**
     * Returns as {@link #find} does, but queries the database once, and not at all shortly after a failure.
     *
     * @throws KeysUnavailableException if the key cannot be looked up now
     */
    Optional<UserCipher> findNow(UUID userId) {
        Optional<UserCipher> cached = keys.cached(userId);
        return cached.isPresent() ? cached : once(() -> keys.find(userId));
    }

    /** Returns as {@link #findAll} does, but tries once, and not at all shortly after a failure. */
    Map<UUID, UserCipher> findAllNow(Collection<UUID> userIds) {
        return once(() -> keys.findAll(userIds));
    }

    private <T> T once(Supplier<T> lookup) {
        if (System.nanoTime() - failedAtNs < pollRetryDelayNs) {
            throw new KeysUnavailableException(0, null);
        }
        try {
            return lookup.get();
        } catch (RuntimeException e) {
            failedAtNs = System.nanoTime();
            log.warn("User keys unavailable; what is due by the clock waits: error={}", e.toString());
            throw new KeysUnavailableException(1, e);
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
