package dev.mindfulcode.webkit.endpoints;

import dev.mindfulcode.webkit.json.JsonFields;
import dev.mindfulcode.webkit.json.Uuids;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.text.Normalizer;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;

/** Reads query parameters and path variables; problems name the parameter. */
public final class RequestParameters {

    private RequestParameters() {}

    public static @Nullable String text(ServerRequest request, String name) {
        return request.queryParam(name).filter(text -> !text.isEmpty()).orElse(null);
    }

    /** Returns text of at most {@code lengthMax} UTF-16 units in NFC, without control characters. */
    public static @Nullable String text(ServerRequest request, String name, int lengthMax) {
        String text = text(request, name);
        if (text != null && (text.length() > lengthMax || !JsonFields.isStorable(text))) {
            throw ProblemType.INVALID_REQUEST.forField(
                    name, "Must be text of at most " + lengthMax + " characters without control characters.");
        }
        return text == null ? null : Normalizer.normalize(text, Normalizer.Form.NFC);
    }

    public static @Nullable Instant time(ServerRequest request, String name) {
        String text = text(request, name);
        if (text == null) {
            return null;
        }
        // An unescaped plus sign was decoded as a space.
        Instant time = JsonFields.parseTime(text.replace(' ', '+'));
        if (time == null) {
            throw ProblemType.INVALID_REQUEST.forField(name, "Must be an RFC 3339 time such as 2026-01-31T08:30:00Z.");
        }
        return time;
    }

    public static int integer(ServerRequest request, String name, int defaultValue, int min, int max) {
        String text = text(request, name);
        if (text == null) {
            return defaultValue;
        }
        int value;
        try {
            value = Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw outside(name, min, max);
        }
        if (value < min || value > max) {
            throw outside(name, min, max);
        }
        return value;
    }

    /** Returns the UUID of a path variable; other text is not found, like an unknown UUID. */
    public static UUID pathId(ServerRequest request, String name) {
        UUID id = Uuids.parse(request.pathVariable(name));
        if (id == null) {
            throw ProblemType.NOT_FOUND.withDetail("No resource has this id.");
        }
        return id;
    }

    private static ProblemException outside(String name, int min, int max) {
        return ProblemType.INVALID_REQUEST.forField(name, "Must be an integer from " + min + " to " + max + ".");
    }
}
