package dev.mindfulcode.cli;

/** A failure that the user can resolve; the message says what happened and what to do. */
public final class UserErrorException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public UserErrorException(String message) {
        super(message);
    }

    public UserErrorException(String message, Throwable cause) {
        super(message, cause);
    }
}
