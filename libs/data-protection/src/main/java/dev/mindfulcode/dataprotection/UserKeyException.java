package dev.mindfulcode.dataprotection;

/**
 * A user's key could not be had although it should: the database does not answer, or the key-encryption key is not the
 * one that wrapped it. Says nothing of any key. Not thrown for a user without a key.
 */
public final class UserKeyException extends RuntimeException {

    UserKeyException(String message, Throwable cause) {
        super(message, cause);
    }
}
