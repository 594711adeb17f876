package dev.mindfulcode.apigateway.live;

import java.util.List;
import java.util.UUID;

/**
 * What live clients are told of their user's work and teams, in the shape of the public contract. Times are epoch
 * milliseconds.
 */
public sealed interface LiveUpdate {

    /** The message's name on the wire. */
    String type();

    /** When it was so. */
    long at();

    /** @param receivedAt when ingest received the latest batch in it */
    record FlowState(String type, UUID sessionId, long at, long receivedAt, Estimate flowState, Totals session)
            implements LiveUpdate {}

    record Session(String type, UUID sessionId, long at, StatusChange session) implements LiveUpdate {}

    /**
     * To those who lead a team, and to nobody else: who sends it must know them.
     *
     * @param at until when the days go that count as the present
     * @param alertId the same where it is told again
     * @param indicator what reached its threshold
     * @param text what was seen, as a sentence
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
