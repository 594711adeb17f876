package dev.mindfulcode.cli;

/** What was asked for cannot be done, and the message tells the person at the terminal why and what would help. */
public final class UserErrorException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public UserErrorException(String message) {
        super(message);
    }

    public UserErrorException(String message, Throwable cause) {
        super(message, cause);
    }
}
