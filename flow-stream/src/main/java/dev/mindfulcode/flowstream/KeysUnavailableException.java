package dev.mindfulcode.flowstream;

/** The users' keys were not available in time. The stream thread fails and is replaced; no record is skipped. */
final class KeysUnavailableException extends RuntimeException {

    KeysUnavailableException(int attempts, Throwable cause) {
        super("User keys unavailable after " + attempts + " attempts; check that the database is running", cause);
    }
}
