package dev.mindfulcode.projectionservice.sessions;

import dev.mindfulcode.projectionservice.fold.EventValidation;
import dev.mindfulcode.projectionservice.fold.RejectedEventException;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.SessionStatus;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What the stream saw of a session, at one version.
 *
 * @param status null where a newer stream says something that this version has no word for
 * @param firstActivityMs null where nothing was typed yet
 */
record ObservedRow(
        UUID sessionId,
        UUID userId,
        @Nullable String status,
        long atMs,
        @Nullable Long firstActivityMs,
        @Nullable Long lastActivityMs,
        long keystrokes,
        long errors,
        long contextSwitches,
        long filesModified,
        long activeMs,
        long flowMs,
        double intensityMs,
        long interruptions,
        long version,
        long nextSequence,
        long reusedSequences) {

    static ObservedRow of(UUID userId, FlowState state) throws RejectedEventException {
        return new ObservedRow(
                state.getSessionId(),
                userId,
                named(state.getStatus()),
                EventValidation.timeMs(state.getAt()),
                activity(state.getFirstActivityAt()),
                activity(state.getLastActivityAt()),
                EventValidation.count(state.getKeystrokes()),
                EventValidation.count(state.getErrors()),
                EventValidation.count(state.getContextSwitches()),
                EventValidation.count(state.getFilesModified()),
                EventValidation.count(state.getActiveMs()),
                EventValidation.count(state.getFlowMs()),
                EventValidation.intensityMs(state.getIntensityMs()),
                EventValidation.count(state.getInterruptions()),
                EventValidation.version(state.getVersion()),
                EventValidation.version(state.getNextSequence()),
                EventValidation.count(state.getReusedSequences()));
    }

    /** Of two of a session; somebody else's takes nothing over, as in the table. */
    ObservedRow later(ObservedRow other) {
        return version < other.version && userId.equals(other.userId) ? other : this;
    }

    private static @Nullable String named(SessionStatus status) {
        return switch (status) {
            case ACTIVE -> "active";
            case PAUSED -> "paused";
            case ENDED -> "ended";
            case UNKNOWN -> null;
        };
    }

    /** The engine says epoch, or a time before it, for never. */
    private static @Nullable Long activity(Instant at) throws RejectedEventException {
        return at.isAfter(Instant.EPOCH) ? EventValidation.timeMsOrNull(at) : null;
    }
}
