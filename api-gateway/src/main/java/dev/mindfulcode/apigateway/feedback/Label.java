package dev.mindfulcode.apigateway.feedback;

import dev.mindfulcode.webkit.json.JsonFields;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A user's rating of one moment.
 *
 * @param flow 1 (not at all) to 7 (completely)
 * @param interrupted null if not given
 */
record Label(
        Instant at,
        @Nullable UUID sessionId,
        int flow,
        @Nullable Boolean interrupted) {

    static final int FLOW_MIN = 1;
    static final int FLOW_MAX = 7;

    /**
     * Maximum age of a label, for clients that were offline. The stream has no older readings.
     */
    static final Duration PAST_MAX = Duration.ofDays(7);

    static final Duration FUTURE_MAX = Duration.ofSeconds(60);

    /**
     * Reads a request body. A time outside the range is rejected, not clamped, as it identifies the rated moment.
     */
    static Label read(JsonFields body, Instant now) {
        Instant at = body.required("at", body.time("at"));
        if (at.isBefore(now.minus(PAST_MAX)) || at.isAfter(now.plus(FUTURE_MAX))) {
            throw body.invalid("at", "Must be within the last 7 days.");
        }
        long flow = body.required("flow", body.integer("flow", FLOW_MIN, FLOW_MAX));
        return new Label(
                at.truncatedTo(ChronoUnit.MILLIS),
                body.uuid("session_id"),
                Math.toIntExact(flow),
                body.bool("interrupted"));
    }
}
