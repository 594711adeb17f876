package dev.mindfulcode.dataprotection;

import java.util.Optional;
import java.util.UUID;

/**
 * The users' data-encryption keys: kept wrapped by the key-encryption key, cached unwrapped for a bounded time.
 * Thread-safe.
 */
public interface UserKeys {

    /** Makes a key for this user unless there is one already. */
    UserCipher create(UUID userId);

    /**
     * Returns this user's cipher, from memory mostly; a miss costs one query.
     *
     * @return empty where the user never had a key or has been erased
     */
    Optional<UserCipher> find(UUID userId);
}
