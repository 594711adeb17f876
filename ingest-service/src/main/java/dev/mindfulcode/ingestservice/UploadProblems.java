package dev.mindfulcode.ingestservice;

import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.ObjectWriteContext;
import tools.jackson.core.json.JsonFactory;

/** Creates problems of uploads and writes them as WebSocket messages. */
final class UploadProblems {

    static final int OVERLOADED_RETRY_AFTER_SECONDS = 1;
    static final int UNAVAILABLE_RETRY_AFTER_SECONDS = 5;

    private static final JsonFactory JSON = new JsonFactory();
    private static final Logger log = LoggerFactory.getLogger(UploadProblems.class);

    private UploadProblems() {}

    static ProblemException overloaded(String detail) {
        return ProblemType.OVERLOADED.retryAfter(OVERLOADED_RETRY_AFTER_SECONDS, detail);
    }

    static ProblemException unavailable(String detail) {
        return ProblemType.UNAVAILABLE.retryAfter(UNAVAILABLE_RETRY_AFTER_SECONDS, detail);
    }

    /** Returns the problem that made a future or a stream fail; any other failure is logged as an internal error. */
    static ProblemException from(Throwable failure) {
        for (Throwable t = failure; t != null; t = t.getCause()) {
            if (t instanceof ProblemException problem) {
                return problem;
            }
        }
        log.error("Upload failed with an internal error", failure);
        return ProblemType.INTERNAL_ERROR.withDetail("Internal error; it has been logged");
    }

    /** Returns {@code {"type": "error", "problem": "https://…", "title": …, "status": …, "detail": …, "field": …}}. */
    static String message(ProblemException problem) {
        return message(problem.type(), problem.detail(), problem.field(), null);
    }

    /** Returns the message of one batch of several, with its {@code index}. */
    static String message(Rejection rejection) {
        return message(rejection.type(), rejection.detail(), rejection.field(), rejection.index());
    }

    private static String message(ProblemType type, String detail, @Nullable String field, @Nullable Integer index) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        try (JsonGenerator json = JSON.createGenerator(ObjectWriteContext.empty(), out)) {
            json.writeStartObject();
            json.writeStringProperty("type", "error");
            json.writeStringProperty("problem", type.uri());
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
        return out.toString(StandardCharsets.UTF_8);
    }
}
