package dev.mindfulcode.flowstream;

import dev.mindfulcode.dataprotection.UserCipher;
import java.util.Collection;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The cipher of the user whose state a task works on. It is looked up once per record or step of a poll, so that a step
 * either finds all of a user's state or none, and never fails half-way. Not thread-safe.
 */
final class UserCiphers {

    private final KeyLookup keys;
    private @Nullable UUID userId;
    private @Nullable UserCipher cipher;

    UserCiphers(KeyLookup keys) {
        this.keys = keys;
    }

    /**
     * Begins to process a record of a user; false if they have no key, since they were erased.
     *
     * @throws KeysUnavailableException if the key cannot be looked up in spite of retries
     */
    boolean begin(UUID user) {
        return set(user, keys.find(user));
    }

    /**
     * Begins a step of a poll.
     *
     * @throws KeysUnavailableException if the key cannot be looked up now; nothing has happened yet
     */
    boolean beginNow(UUID user) {
        return set(user, keys.findNow(user));
    }

    /** Loads the keys of many users at once, with retries. */
    void preload(Collection<UUID> users) {
        keys.findAll(users);
    }

    /** Loads the keys of many users at once, without retries. */
    void preloadNow(Collection<UUID> users) {
        keys.findAllNow(users);
    }

    private boolean set(UUID user, Optional<UserCipher> found) {
        userId = user;
        cipher = found.orElse(null);
        return cipher != null;
    }

    /** Returns the cipher of a user, or null if they have no key. */
    @Nullable
    UserCipher of(UUID user) {
        if (!user.equals(userId)) {
            begin(user);
        }
        return cipher;
    }
}
