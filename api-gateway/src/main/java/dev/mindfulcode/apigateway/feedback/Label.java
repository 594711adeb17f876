package dev.mindfulcode.apigateway.feedback;

import dev.mindfulcode.webkit.json.JsonFields;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a user says of one moment.
 *
 * @param flow 1, not at all in flow, to 7, completely
 * @param interrupted null where not said
 */
record Label(
        Instant at,
        @Nullable UUID sessionId,
        int flow,
        @Nullable Boolean interrupted) {

    static final int FLOW_MIN = 1;
    static final int FLOW_MAX = 7;

    /**
     * A client may have been offline for so long. Older moments nobody remembers, and the stream has no reading of them
     * anyway.
     */
    static final Duration PAST_MAX = Duration.ofDays(7);

    static final Duration FUTURE_MAX = Duration.ofSeconds(60);

    /**
     * Reads and checks a body; unlike times of sessions, a label's is refused and not clamped, as it says what the
     * label is about.
     */
    static Label read(JsonFields body, Instant now) {
        Instant at = body.required("at", body.time("at"));
        if (at.isBefore(now.minus(PAST_MAX)) || at.isAfter(now.plus(FUTURE_MAX))) {
            throw body.invalid("at", "A time within the last 7 days is expected.");
        }
        long flow = body.required("flow", body.integer("flow", FLOW_MIN, FLOW_MAX));
        return new Label(
                at.truncatedTo(ChronoUnit.MILLIS),
                body.uuid("session_id"),
                Math.toIntExact(flow),
                body.bool("interrupted"));
    }
}
