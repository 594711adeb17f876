package dev.mindfulcode.gateway.live;

import java.util.List;
import java.util.UUID;

/** What live clients are told of their user's work and teams, in the shape of the public contract. Times are epoch milliseconds. */
public sealed interface LiveUpdate {

    /** The message's name on the wire. */
    String type();

    /** When it was so. */
    long at();

    /** @param receivedAt when ingest received the latest batch in it */
    record FlowState(String type, UUID sessionId, long at, long receivedAt, Reading flowState, Totals session)
            implements LiveUpdate {}

    record Session(String type, UUID sessionId, long at, OnlyStatus session) implements LiveUpdate {}

    /**
     * To those who may see a team's alerts, and to nobody else: who sends it must know them.
     *
     * @param indicator what crossed its threshold
     * @param text the same as a sentence
     */
    record TeamAlert(String type, UUID teamId, long at, String indicator, String text) implements LiveUpdate {}

    record Reading(
            boolean isInFlow,
            float flowIntensity,
            long flowDurationMs,
            float confidence,
            Metrics metrics,
            List<String> recommendations) {}

    record Metrics(
            float rhythmScore, float focusScore, float consistencyScore, float errorPenalty, float velocityScore) {}

    record Totals(String status, long keystrokes, long errors, long activeMs, long flowMs) {}

    record OnlyStatus(String status) {}
}
