package dev.mindfulcode.apigateway.live;

import dev.mindfulcode.webkit.endpoints.RequestParameters;
import dev.mindfulcode.webkit.json.JsonFields;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.Instant;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;

/**
 * The point from which a client continues.
 *
 * @param seenId id of the last message that it received
 * @param since time after which it missed updates
 */
record Resume(@Nullable String seenId, @Nullable Instant since) {

    /** A client that needs only the latest state. */
    static final Resume LATEST = new Resume(null, null);

    private static final Pattern EPOCH_MS = Pattern.compile("\\d{1,15}");

    private static final String SINCE = "since";
    private static final String LAST_EVENT_ID = "Last-Event-ID";

    /** For WebSocket and EventSource clients, which cannot set headers. */
    private static final String LAST_EVENT_ID_PARAMETER = "last_event_id";

    /** @throws ProblemException with 400 if {@code since} is no time */
    static Resume of(ServerRequest request) {
        String field = request.headers().firstHeader(LAST_EVENT_ID);
        String seenId = field != null ? field : RequestParameters.text(request, LAST_EVENT_ID_PARAMETER);
        String since = RequestParameters.text(request, SINCE);
        return new Resume(seenId, since == null ? null : time(since));
    }

    private static Instant time(String text) {
        Instant time = EPOCH_MS.matcher(text).matches()
                ? Instant.ofEpochMilli(Long.parseLong(text))
                : JsonFields.parseTime(text.replace(' ', '+')); // an unescaped plus sign was decoded as a space
        if (time == null) {
            throw ProblemType.INVALID_REQUEST.forField(
                    SINCE, "Must be a time such as 1769848200000 or 2026-01-31T08:30:00Z.");
        }
        return time;
    }
}
