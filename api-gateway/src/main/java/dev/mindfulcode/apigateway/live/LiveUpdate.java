package dev.mindfulcode.apigateway.live;

import java.util.List;
import java.util.UUID;

/** Live update of the public contract. Times are epoch milliseconds. */
public sealed interface LiveUpdate {

    /** Returns the message type on the wire. */
    String type();

    /** Returns the time of the update. */
    long at();

    /** @param receivedAt when ingest received the latest batch in it */
    record FlowState(String type, UUID sessionId, long at, long receivedAt, Estimate flowState, Totals session)
            implements LiveUpdate {}

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

    record Estimate(
            boolean isInFlow,
            float flowIntensity,
            long flowDurationMs,
            float confidence,
            Metrics metrics,
            List<String> recommendations) {}

    record Metrics(
            float rhythmScore, float focusScore, float consistencyScore, float errorPenalty, float velocityScore) {}

    record Totals(String status, long keystrokes, long errors, long activeMs, long flowMs) {}

    record StatusChange(String status) {}
}
