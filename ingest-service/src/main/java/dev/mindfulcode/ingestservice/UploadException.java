package dev.mindfulcode.ingestservice;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/**
 * Why a request is not accepted, as its sender will read it (RFC 9457). It is an answer and no fault of the program, so
 * it has no stack trace. Its texts repeat nothing of what was sent except the names of fields and numbers: a text may
 * be what was typed.
 */
final class UploadException extends RuntimeException {

    /** After this many seconds a client that met {@link ProblemType#OVERLOADED} does well to come again. */
    static final int OVERLOADED_RETRY_AFTER_SECONDS = 1;

    /** After this many seconds a client that met {@link ProblemType#UNAVAILABLE} does well to come again. */
    static final int UNAVAILABLE_RETRY_AFTER_SECONDS = 5;

    private static final JsonFactory JSON = new JsonFactory();
    private static final Logger log = LoggerFactory.getLogger(UploadException.class);

    private final ProblemType type;
    private final String detail;
    private final @Nullable String field;

    UploadException(ProblemType type, String detail) {
        this(type, detail, null);
    }

    /** @param field the path at fault: within its batch, such as {@code intervals_ms[3]}, or within the whole upload */
    UploadException(ProblemType type, String detail, @Nullable String field) {
        super(type.slug(), null, false, false);
        this.type = type;
        this.detail = detail;
        this.field = field;
    }

    /**
     * Returns the refusal that made a future or a stream fail; anything else is our own fault, told to operators and no
     * client.
     */
    static UploadException from(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof UploadException refusal) {
                return refusal;
            }
        }
        log.error("An upload could not be handled", failure);
        return new UploadException(
                ProblemType.INTERNAL_ERROR, "This is our fault, not yours; operators have been told");
    }

    ProblemType type() {
        return type;
    }

    String detail() {
        return detail;
    }

    @Nullable
    String field() {
        return field;
    }

    /** Returns how long to wait before trying again, or 0 where trying again cannot help. */
    int retryAfterSeconds() {
        return switch (type) {
            case OVERLOADED -> OVERLOADED_RETRY_AFTER_SECONDS;
            case UNAVAILABLE -> UNAVAILABLE_RETRY_AFTER_SECONDS;
            default -> 0;
        };
    }

    /** Returns {@code {"type": "https://…", "title": …, "status": …, "detail": …, "field": …}}. */
    byte[] problemJson() {
        return json(false, null);
    }

    /** Returns {@code {"type": "error", "problem": "https://…", "title": …, "status": …, "detail": …, "field": …}}. */
    String message() {
        return new String(json(true, null), StandardCharsets.UTF_8);
    }

    /**
     * Returns the same as {@link #message()} with the {@code index} of the batch among several that were sent together.
     */
    static String message(Rejection rejection) {
        UploadException refusal = new UploadException(rejection.type(), rejection.detail(), rejection.field());
        return new String(refusal.json(true, rejection.index()), StandardCharsets.UTF_8);
    }

    private byte[] json(boolean asMessage, @Nullable Integer index) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            if (asMessage) {
                json.writeStringProperty("type", "error");
            }
            json.writeStringProperty(asMessage ? "problem" : "type", type.uri());
            json.writeStringProperty("title", type.title());
            json.writeNumberProperty("status", type.status());
            json.writeStringProperty("detail", detail);
            if (field != null) {
                json.writeStringProperty("field", field);
            }
            if (index != null) {
                json.writeNumberProperty("index", index);
            }
            json.writeEndObject();
        }
        return out.toByteArray();
    }
}
