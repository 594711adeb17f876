package dev.mindfulcode.webkit.problems;

import org.jspecify.annotations.Nullable;

/**
 * The kinds of problem that a client of either web service can meet. Codes and statuses are public contract: they never
 * change.
 */
public enum ProblemType {
    INVALID_REQUEST("invalid-request", 400, "Invalid request"),
    INVALID_BATCH("invalid-batch", 400, "Invalid batch"),
    INVALID_UPLOAD("invalid-upload", 400, "Invalid upload"),
    TOO_OLD("too-old", 400, "Batch too old"),
    TOO_COMPLEX("too-complex", 400, "Query too complex"),
    MALFORMED_BODY("malformed-body", 400, "Malformed body"),
    UNAUTHENTICATED("unauthenticated", 401, "Authentication required"),
    INVALID_CREDENTIALS("invalid-credentials", 401, "Wrong email or password"),
    INVALID_REFRESH_TOKEN("invalid-refresh-token", 401, "Invalid refresh token"),
    INVALID_LINK("invalid-link", 401, "Invalid one-time link"),
    FORBIDDEN("forbidden", 403, "Forbidden"),
    PLAN_NEEDED("plan-needed", 403, "Feature not included in the team's plan"),
    NOT_COLLECTED("not-collected", 403, "Not collected by the user's privacy settings"),
    WRONG_PASSWORD("wrong-password", 403, "Wrong current password"),
    NOT_FOUND("not-found", 404, "Not found"),
    UNKNOWN_SESSION("unknown-session", 404, "Unknown session"),
    METHOD_NOT_ALLOWED("method-not-allowed", 405, "Method not allowed"),
    NOT_ACCEPTABLE("not-acceptable", 406, "No acceptable representation"),
    REQUEST_TIMEOUT("request-timeout", 408, "Request timeout"),
    EMAIL_TAKEN("email-taken", 409, "Email address already in use"),
    SESSION_ID_TAKEN("session-id-taken", 409, "Session id already in use"),
    MEMBER_EXISTS("member-exists", 409, "Already a member"),
    INVITATION_EXISTS("invitation-exists", 409, "Already invited"),
    LAST_OWNER("last-owner", 409, "A team needs an owner"),
    LIMIT_REACHED("limit-reached", 409, "Limit reached"),
    MODEL_EXISTS("model-exists", 409, "Model id already in use"),
    TOO_FEW_CONTRIBUTORS("too-few-contributors", 409, "Too few contributing users"),
    PLUGIN_EXISTS("plugin-exists", 409, "Plugin version already exists"),
    PLUGIN_NOT_INSTALLED("plugin-not-installed", 409, "Plugin not installed"),
    PLUGIN_DISABLED("plugin-disabled", 409, "Plugin disabled after repeated failures"),
    SESSION_ENDED("session-ended", 409, "Session has ended"),
    IDEMPOTENCY_KEY_IN_USE("idempotency-key-in-use", 409, "Request with this idempotency key in progress"),
    BUILD_CONFLICT("build-conflict", 409, "Conflicting projection build"),
    NOT_REDRIVABLE("not-redrivable", 409, "Dead letter cannot be redriven"),
    ACCOUNT_ERASED("account-erased", 410, "Account erased"),
    REQUEST_TOO_LARGE("request-too-large", 413, "Request too large"),
    UNSUPPORTED_MEDIA_TYPE("unsupported-media-type", 415, "Unsupported media type"),
    PLUGIN_REFUSED("plugin-refused", 422, "Plugin cannot be loaded"),
    IDEMPOTENCY_KEY_REUSED("idempotency-key-reused", 422, "Idempotency key used for another request"),
    UPGRADE_REQUIRED("upgrade-required", 426, "WebSocket upgrade required"),
    RATE_LIMITED("rate-limited", 429, "Too many requests"),
    TOO_MANY_CONNECTIONS("too-many-connections", 429, "Too many live connections"),
    INTERNAL_ERROR("internal-error", 500, "Internal server error"),
    UNAVAILABLE("unavailable", 503, "Service unavailable"),
    OVERLOADED("overloaded", 503, "Too many bytes in flight"),
    READ_MODEL_BEHIND("read-model-behind", 503, "Read model has not caught up");

    private static final String BASE = "https://mindfulcode.dev/problems/";

    private final String code;
    private final int status;
    private final String title;

    ProblemType(String code, int status, String title) {
        this.code = code;
        this.status = status;
        this.title = title;
    }

    /** Returns the last part of the URI, which is also the {@code code} of a GraphQL error and a metric's label. */
    public String code() {
        return code;
    }

    public String uri() {
        return BASE + code;
    }

    public int status() {
        return status;
    }

    public String title() {
        return title;
    }

    public ProblemException withDetail(String detail) {
        return new ProblemException(this, detail, null, null);
    }

    /**
     * Returns a problem with the field at fault.
     *
     * @param field a JSON path from the body's root, such as {@code intervals_ms[3]}, or a parameter's or header's
     *     name; null if the body as a whole is at fault
     */
    public ProblemException forField(@Nullable String field, String detail) {
        return new ProblemException(this, detail, field, null);
    }

    public ProblemException retryAfter(int seconds, String detail) {
        return new ProblemException(this, detail, null, seconds);
    }

    /** Returns the general type of a status. */
    public static ProblemType ofStatus(int status) {
        for (ProblemType type : values()) {
            if (type.status == status) {
                return type;
            }
        }
        return status < 500 ? INVALID_REQUEST : INTERNAL_ERROR;
    }
}
