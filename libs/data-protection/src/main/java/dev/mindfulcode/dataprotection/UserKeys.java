package dev.mindfulcode.dataprotection;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
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

    /** Returns the cipher of each of the users that has a key. */
    default Map<UUID, UserCipher> findAll(Collection<UUID> userIds) {
        Map<UUID, UserCipher> found = new HashMap<>();
        userIds.forEach(userId -> find(userId).ifPresent(cipher -> found.put(userId, cipher)));
        return found;
    }

    /** Returns a user's cipher if it is in memory; never blocks. */
    default Optional<UserCipher> cached(UUID userId) {
        return Optional.empty();
    }
}
