package dev.mindfulcode.identity;

/**
 * A credential that is not believed, with a message for whoever sent it. No stack trace: it is an answer, not an
 * accident.
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

    /** Whose turn it is to do something about it. */
    public enum Reason {
        /** The sender's: another credential is needed. */
        REFUSED,
        /** Ours: it could not be looked up, or too many are being so. */
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
        return refused("The API key is not known, or has been revoked");
    }

    static CredentialException unavailable() {
        return new CredentialException(Reason.UNAVAILABLE, "Credentials cannot be checked at the moment");
    }

    private static CredentialException refused(String message) {
        return new CredentialException(Reason.REFUSED, message);
    }
}
