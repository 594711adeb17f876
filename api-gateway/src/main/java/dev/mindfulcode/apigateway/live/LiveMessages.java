package dev.mindfulcode.apigateway.live;

import dev.mindfulcode.apigateway.alerts.TeamAlertView;
import dev.mindfulcode.flowengine.DataAmount;
import dev.mindfulcode.flowengine.Recommendations;
import dev.mindfulcode.schemas.FlowReason;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.SessionStatus;
import dev.mindfulcode.schemas.TeamAlert;
import dev.mindfulcode.webkit.json.Json;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The live messages of the public contract. */
final class LiveMessages {

    static final LiveMessage UPDATES_DROPPED =
            system("updates_dropped", "The client reads too slowly; some updates were dropped.");
    static final LiveMessage TOKEN_EXPIRED = error("token_expired", "Connect again with a fresh access token.");
    static final LiveMessage GOING_AWAY = system("going_away", "The server is shutting down. Connect again.");
    static final LiveMessage UNSUPPORTED_MESSAGE = error("not_understood", "Only {\"type\": \"ping\"} is supported.");

    private LiveMessages() {}

    static LiveMessage flowState(FlowState state) {
        LiveUpdate.FlowState update = LiveUpdate.FlowState.of(
                state.getSessionId(),
                state.getAt().toEpochMilli(),
                state.getReceivedAt().toEpochMilli(),
                new LiveUpdate.Estimate(
                        state.getIsInFlow(),
                        state.getIsInFlow() ? null : reason(state.getReason()),
                        state.getIntensity(),
                        state.getFlowDurationMs(),
                        state.getConfidence(),
                        LiveUpdate.name(DataAmount.of(state.getConfidence())),
                        new LiveUpdate.Metrics(
                                state.getRhythm(),
                                state.getFocus(),
                                state.getConsistency(),
                                state.getErrorPenalty(),
                                state.getVelocity()),
                        Recommendations.of(
                                state.getIsInFlow(),
                                state.getFlowDurationMs(),
                                state.getConfidence(),
                                state.getFocus(),
                                state.getErrorPenalty(),
                                Math.min(state.getRhythm(), state.getConsistency()))),
                new LiveUpdate.Totals(
                        text(state.getStatus()),
                        state.getKeystrokes(),
                        state.getErrors(),
                        state.getActiveMs(),
                        state.getFlowMs()));
        return flowState(update, id(state));
    }

    /** Returns the id for Last-Event-ID, the same on every gateway. */
    static String id(FlowState state) {
        return state.getSessionId() + ":" + state.getVersion();
    }

    /** @param id for Last-Event-ID; null for an update that is not stored */
    static LiveMessage flowState(LiveUpdate.FlowState update, @Nullable String id) {
        return new LiveMessage(new ConflationKey(update.type(), update.sessionId()), id, Json.bytes(update), update);
    }

    static LiveMessage sessionStatus(UUID sessionId, SessionStatus status, long atMs) {
        LiveUpdate.Session update =
                new LiveUpdate.Session("session_update", sessionId, atMs, new LiveUpdate.StatusChange(text(status)));
        return new LiveMessage(new ConflationKey("session_update", sessionId), null, Json.bytes(update), update);
    }

    /** Returns null for an alert with an unknown indicator. */
    static @Nullable LiveMessage teamAlert(TeamAlert alert) {
        TeamAlertView note = TeamAlertView.of(alert);
        if (note == null) {
            return null;
        }
        LiveUpdate.TeamAlert update = new LiveUpdate.TeamAlert(
                "team_alert",
                note.teamId(),
                note.to().toEpochMilli(),
                note.alertId(),
                note.ruleId(),
                note.indicator(),
                note.text(),
                alert.getValue(),
                alert.getLow(),
                alert.getHigh(),
                note.threshold(),
                note.window());
        return new LiveMessage(new ConflationKey("team_alert", note.alertId()), null, Json.bytes(update), update);
    }

    /** Prompts, at a break, for a rating of an earlier moment, sent to {@code POST /api/flow/feedback}. */
    static LiveMessage feedbackPrompt(UUID sessionId, Instant about) {
        return new LiveMessage(
                "feedback_prompt",
                null,
                Json.bytes(new Notification(
                        "notification",
                        "feedback_prompt",
                        sessionId,
                        about.toEpochMilli(),
                        "How much in flow were you at that moment? (1 to 7)")));
    }

    static LiveMessage pong(long atMs) {
        return new LiveMessage("pong", null, Json.bytes(new Pong("pong", atMs)));
    }

    private static LiveMessage system(String code, String text) {
        return new LiveMessage(code, null, Json.bytes(new Notice("system_message", code, text)));
    }

    private static LiveMessage error(String code, String text) {
        return new LiveMessage(code, null, Json.bytes(new Notice("error", code, text)));
    }

    /** Returns null for a reason of a later version, too. */
    private static @Nullable String reason(@Nullable FlowReason reason) {
        return reason == FlowReason.UNKNOWN ? null : LiveUpdate.nameOrNull(reason);
    }

    private static String text(SessionStatus status) {
        return LiveUpdate.name(status);
    }

    private record ConflationKey(String type, UUID id) {}

    /** @param at time that the question is about */
    private record Notification(String type, String code, UUID sessionId, long at, String message) {}

    private record Pong(String type, long at) {}

    private record Notice(String type, String code, String message) {}
}
