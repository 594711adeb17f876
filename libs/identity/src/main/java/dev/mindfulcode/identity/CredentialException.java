package dev.mindfulcode.identity;

/**
 * A credential is not valid. Its message is for the client. It has no stack trace, since it is a normal response.
 */
public final class CredentialException extends RuntimeException {

    private final Reason reason;
    private final String detail;

    CredentialException(Reason reason, String message) {
        super(message, null, false, false);
        this.reason = reason;
        this.detail = message;
    }

    /** The message. */
    public String detail() {
        return detail;
    }

    public Reason reason() {
        return reason;
    }

    /** The cause, which decides what the client can do. */
    public enum Reason {
        /** The client needs another credential. */
        REFUSED,
        /** The database is unavailable, or too many lookups are pending. */
        UNAVAILABLE
    }

    static CredentialException invalid() {
        return refused("The access token is not valid");
    }

    static CredentialException expired() {
        return refused("The access token has expired: get a new one from POST /api/auth/refresh");
    }

    static CredentialException revoked() {
        return refused("The access token has been revoked: sign in again");
    }

    static CredentialException unknownKey() {
        return refused("The API key is unknown or has been revoked");
    }

    static CredentialException unavailable() {
        return new CredentialException(Reason.UNAVAILABLE, "Credentials cannot be checked now; try again later");
    }

    private static CredentialException refused(String message) {
        return new CredentialException(Reason.REFUSED, message);
    }
}
