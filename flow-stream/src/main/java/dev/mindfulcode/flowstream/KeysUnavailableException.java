package dev.mindfulcode.flowstream;

import org.jspecify.annotations.Nullable;

/**
 * The users' keys were not available in time. A poll is repeated later; for a record, the stream thread fails and is
 * replaced, and no record is skipped.
 */
final class KeysUnavailableException extends RuntimeException {

    KeysUnavailableException(int attempts, @Nullable Throwable cause) {
        super("User keys unavailable after " + attempts + " attempts; check that the database is running", cause);
    }
}
