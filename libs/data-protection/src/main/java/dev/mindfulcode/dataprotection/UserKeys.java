package dev.mindfulcode.dataprotection;

import java.util.Optional;
import java.util.UUID;

/**
 * The users' data-encryption keys, stored wrapped by the key-encryption key and cached unwrapped for a bounded time.
 * Thread-safe.
 */
public interface UserKeys {

    /**
     * Creates a key for a user unless the user has one, and returns the user's cipher.
     *
     * @throws ErasedUserException if the user has been erased
     */
    UserCipher create(UUID userId);

    /**
     * Returns a user's cipher; a cache miss costs one query.
     *
     * @return empty if the user never had a key or has been erased
     */
    Optional<UserCipher> find(UUID userId);

    /** Returns a user's cipher if it is in memory; never blocks. */
    default Optional<UserCipher> cached(UUID userId) {
        return Optional.empty();
    }
}
