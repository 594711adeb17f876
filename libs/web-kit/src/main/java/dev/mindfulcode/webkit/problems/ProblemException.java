package dev.mindfulcode.webkit.problems;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A request that fails for a reason its client can read. The detail names the rule and never repeats text that was
 * sent, which may be personal. Has no stack trace: it is a response, not a fault.
 */
public final class ProblemException extends RuntimeException {

    private static final JsonMapper JSON = new JsonMapper();

    private final ProblemType type;
    private final String detail;
    private final @Nullable String field;
    private final @Nullable Integer retryAfterSeconds;

    ProblemException(ProblemType type, String detail, @Nullable String field, @Nullable Integer retryAfterSeconds) {
        super(detail, null, false, false);
        this.type = type;
        this.detail = detail;
        this.field = field;
        this.retryAfterSeconds = retryAfterSeconds;
    }

    public ProblemType type() {
        return type;
    }

    public String detail() {
        return detail;
    }

    public @Nullable String field() {
        return field;
    }

    public @Nullable Integer retryAfterSeconds() {
        return retryAfterSeconds;
    }

    /** Returns {@code {"type": "https://…", "title": …, "status": …, "detail": …, "field": …}} in UTF-8. */
    public byte[] document() {
        return JSON.writeValueAsBytes(new ProblemDocument(type.uri(), type.title(), type.status(), detail, field));
    }

    /** Returns the problem as an entry of a GraphQL response's {@code errors}. */
    public Map<String, Object> graphQlError() {
        Map<String, Object> extensions = new LinkedHashMap<>();
        extensions.put("code", type.code());
        if (field != null) {
            extensions.put("field", field);
        }
        if (retryAfterSeconds != null) {
            extensions.put("retryAfterSeconds", retryAfterSeconds);
        }
        Map<String, Object> error = new LinkedHashMap<>();
        error.put("message", detail);
        error.put("extensions", extensions);
        return error;
    }
}
