package dev.mindfulcode.apigateway.live;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Live update of the public contract. Times are epoch milliseconds. */
public sealed interface LiveUpdate {

    /** Returns the message type on the wire. */
    String type();

    /** Returns the time of the update. */
    long at();

    /** @param receivedAt when ingest received the latest batch in it */
    record FlowState(String type, UUID sessionId, long at, long receivedAt, Estimate flowState, Totals session)
            implements LiveUpdate {

        public static FlowState of(UUID sessionId, long at, long receivedAt, Estimate flowState, Totals session) {
            return new FlowState("flow_state_update", sessionId, at, receivedAt, flowState, session);
        }
    }

    record Session(String type, UUID sessionId, long at, StatusChange session) implements LiveUpdate {}

    /**
     * Alert for the leads of a team only; the sender chooses the recipients.
     *
     * @param at end of the observed days
     * @param alertId the same if the alert is repeated
     * @param indicator that reached its threshold
     * @param text the observation as a sentence
     */
    record TeamAlert(
            String type,
            UUID teamId,
            long at,
            UUID alertId,
            UUID ruleId,
            String indicator,
            String text,
            double value,
            double low,
            double high,
            double threshold,
            String window)
            implements LiveUpdate {}

    /**
     * @param isInFlow null if it cannot be known, in a detection without a history
     * @param reason why not in flow, null in flow
     * @param dataAmount the confidence in words: little, some, enough
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Estimate(
            @Nullable Boolean isInFlow,
            @Nullable String reason,
            float flowIntensity,
            long flowDurationMs,
            float confidence,
            String dataAmount,
            Metrics metrics,
            List<String> recommendations) {}

    record Metrics(
            float rhythmScore, float focusScore, float consistencyScore, float errorPenalty, float velocityScore) {}

    record Totals(String status, long keystrokes, long errors, long activeMs, long flowMs) {}

    record StatusChange(String status) {}

    /** Returns the name of a value on the wire. */
    static String name(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    static @Nullable String nameOrNull(@Nullable Enum<?> value) {
        return value == null ? null : name(value);
    }
}
