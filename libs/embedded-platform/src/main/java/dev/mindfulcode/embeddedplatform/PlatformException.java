package dev.mindfulcode.embeddedplatform;

/** A server of the platform did not start or stop; the message says which and where its log is. */
public final class PlatformException extends RuntimeException {

    private static final long serialVersionUID = 1;

    PlatformException(String message) {
        super(message);
    }

    PlatformException(String message, Throwable cause) {
        super(message, cause);
    }
}
