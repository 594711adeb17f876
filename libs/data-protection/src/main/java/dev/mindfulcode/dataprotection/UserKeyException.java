package dev.mindfulcode.dataprotection;

import org.jspecify.annotations.Nullable;

/**
 * Failure to load or store a user's key: the database is unavailable, or another key-encryption key wrapped it. Reveals
 * nothing of any key. Not thrown for a user without a key.
 */
public final class UserKeyException extends RuntimeException {

    UserKeyException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
