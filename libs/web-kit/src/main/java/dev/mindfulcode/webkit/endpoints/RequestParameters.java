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

/** Reads query parameters and path variables; a refusal names the parameter. */
public final class RequestParameters {

    private RequestParameters() {}

    public static @Nullable String text(ServerRequest request, String name) {
        return request.queryParam(name).filter(text -> !text.isEmpty()).orElse(null);
    }

    /** Text of at most {@code lengthMax} UTF-16 units in NFC, such as the database can compare with. */
    public static @Nullable String text(ServerRequest request, String name, int lengthMax) {
        String text = text(request, name);
        if (text != null && (text.length() > lengthMax || !JsonFields.isStorable(text))) {
            throw ProblemType.INVALID_REQUEST.forField(
                    name, "Text of at most " + lengthMax + " characters without control characters is expected.");
        }
        return text == null ? null : Normalizer.normalize(text, Normalizer.Form.NFC);
    }

    public static @Nullable Instant time(ServerRequest request, String name) {
        String text = text(request, name);
        if (text == null) {
            return null;
        }
        // A plus sign that was not escaped has become a space.
        Instant time = JsonFields.parseTime(text.replace(' ', '+'));
        if (time == null) {
            throw ProblemType.INVALID_REQUEST.forField(
                    name, "A time as in RFC 3339 is expected, such as 2026-01-31T08:30:00Z.");
        }
        return time;
    }

    public static int integer(ServerRequest request, String name, int absent, int min, int max) {
        String text = text(request, name);
        if (text == null) {
            return absent;
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

    /** What is no UUID names nothing: 404, as for one that nobody has. */
    public static UUID pathId(ServerRequest request, String name) {
        UUID id = Uuids.parse(request.pathVariable(name));
        if (id == null) {
            throw ProblemType.NOT_FOUND.withDetail("There is nothing with this id.");
        }
        return id;
    }

    private static ProblemException outside(String name, int min, int max) {
        return ProblemType.INVALID_REQUEST.forField(name, "An integer from " + min + " to " + max + " is expected.");
    }
}
