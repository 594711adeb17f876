package dev.mindfulcode.webkit.endpoints;

/** The clients that may call an endpoint. */
public enum Access {
    /** All clients. Credentials are not read, so that a client with an expired one can still sign in. */
    PUBLIC,
    /** A signed-in user. */
    USER,
    /** A signed-in user. The handler checks: a WebSocket may bring its credential in its first message. */
    USER_CHECKED_BY_HANDLER,
    /** A signed-in user, or an editor with the user's API key of the scope {@code ingest}. */
    USER_OR_INGEST_KEY,
    /** A signed-in user, or a client with the user's API key of the scope {@code read}. */
    USER_OR_READ_KEY,
    /** The operator. */
    OPERATOR,
    /** The operator, or a client on this machine. */
    OPERATOR_OR_LOCAL
}
