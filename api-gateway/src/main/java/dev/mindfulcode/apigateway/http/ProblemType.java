package dev.mindfulcode.apigateway.http;

import org.jspecify.annotations.Nullable;

/** Every way in which the gateway refuses a request. The names are part of the public contract and never change. */
public enum ProblemType {
    INVALID_REQUEST("invalid-request", 400, "The request is not valid"),
    TOO_COMPLEX("too-complex", 400, "The query asks for too much"),
    MALFORMED_JSON("malformed-json", 400, "The body is not valid JSON"),
    UNAUTHENTICATED("unauthenticated", 401, "A valid access token is needed"),
    INVALID_CREDENTIALS("invalid-credentials", 401, "E-mail or password is wrong"),
    INVALID_REFRESH_TOKEN("invalid-refresh-token", 401, "The refresh token is not valid"),
    FORBIDDEN("forbidden", 403, "Not allowed"),
    PLAN_NEEDED("plan-needed", 403, "The team's plan does not include this"),
    WRONG_PASSWORD("wrong-password", 403, "The current password is wrong"),
    NOT_FOUND("not-found", 404, "Not found"),
    METHOD_NOT_ALLOWED("method-not-allowed", 405, "The method is not allowed here"),
    NOT_ACCEPTABLE("not-acceptable", 406, "The answer cannot be given in an accepted form"),
    EMAIL_TAKEN("email-taken", 409, "The e-mail address has an account"),
    SESSION_ID_TAKEN("session-id-taken", 409, "The session id cannot be used"),
    MEMBER_EXISTS("member-exists", 409, "They belong to the team"),
    INVITATION_EXISTS("invitation-exists", 409, "The address is invited"),
    LAST_OWNER("last-owner", 409, "A team needs an owner"),
    LIMIT_REACHED("limit-reached", 409, "There are as many as there may be"),
    PLUGIN_EXISTS("plugin-exists", 409, "This version of the plugin is another module"),
    PLUGIN_NOT_INSTALLED("plugin-not-installed", 409, "The plugin has not been granted what it needs"),
    PLUGIN_DISABLED("plugin-disabled", 409, "The plugin failed too often"),
    SESSION_ENDED("session-ended", 409, "The session has ended"),
    IDEMPOTENCY_KEY_IN_USE("idempotency-key-in-use", 409, "A request with this key is in work"),
    IDEMPOTENCY_KEY_REUSED("idempotency-key-reused", 422, "The key was used for another request"),
    BUILD_CONFLICT("build-conflict", 409, "The projection's builds do not allow this now"),
    REQUEST_TIMEOUT("request-timeout", 408, "The request took too long to arrive"),
    TOO_LARGE("too-large", 413, "The request is too large"),
    UNSUPPORTED_MEDIA_TYPE("unsupported-media-type", 415, "The body must be application/json"),
    PLUGIN_REFUSED("plugin-refused", 422, "The plugin cannot be loaded"),
    RATE_LIMITED("rate-limited", 429, "Too many requests"),
    TOO_MANY_CONNECTIONS("too-many-connections", 429, "Too many live connections"),
    INTERNAL("internal", 500, "Something went wrong here"),
    UNAVAILABLE("unavailable", 503, "Not available right now"),
    READ_MODEL_BEHIND("read-model-behind", 503, "The read model has not caught up yet");

    private static final String BASE = "https://mindfulcode.dev/problems/";

    private final String name;
    private final int status;
    private final String title;

    ProblemType(String name, int status, String title) {
        this.name = name;
        this.status = status;
        this.title = title;
    }

    /** The last part of the URI, which is also the {@code code} of a GraphQL error. */
    public String code() {
        return name;
    }

    public String uri() {
        return BASE + name;
    }

    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    /** A refusal that no single field is to blame for. */
    public ProblemException because(String detail) {
        return new ProblemException(this, detail, null, null);
    }

    /**
     * A refusal with the field to blame.
     *
     * @param field a JSON path from the body's root, such as {@code intervals_ms[3]}, or a parameter's or header's name
     */
    public ProblemException at(String field, String detail) {
        return new ProblemException(this, detail, field, null);
    }

    /** A refusal that may be over in a while. */
    public ProblemException retryAfter(int seconds, String detail) {
        return new ProblemException(this, detail, null, seconds);
    }

    static ProblemType ofStatus(int status) {
        for (ProblemType type : values()) {
            if (type.status == status) {
                return type;
            }
        }
        return status < 500 ? INVALID_REQUEST : INTERNAL;
    }

    ProblemDocument document(String detail, @Nullable String field) {
        return new ProblemDocument(uri(), title, status, detail, field);
    }
}
