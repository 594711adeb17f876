package dev.mindfulcode.quickstart;

/** What was asked for cannot be done, and the message tells the person at the terminal why and what would help. */
public final class RefusedException extends RuntimeException {

    private static final long serialVersionUID = 1;

    public RefusedException(String message) {
        super(message);
    }

    public RefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
