package dev.mindfulcode.flowstream;

/**
 * The users' keys could not be asked for within the bound. The stream thread fails and another takes over: nothing is
 * skipped.
 */
final class KeysUnavailableException extends RuntimeException {

    KeysUnavailableException(int attempts, Throwable cause) {
        super("The users' keys could not be read in " + attempts + " attempts; is the database up?", cause);
    }
}
