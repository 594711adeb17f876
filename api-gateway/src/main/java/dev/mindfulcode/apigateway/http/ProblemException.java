package dev.mindfulcode.apigateway.http;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A request refused for a reason that the client is told. The message names what is expected and never repeats what was
 * given, which may be personal. Carries no stack trace: it is an answer, not an accident.
 */
public final class ProblemException extends RuntimeException {

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

    public @Nullable String field() {
        return field;
    }

    public @Nullable Integer retryAfterSeconds() {
        return retryAfterSeconds;
    }

    /** The refusal as an entry of a GraphQL response's {@code errors}. */
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

    ProblemDocument document() {
        return type.document(detail, field);
    }
}
