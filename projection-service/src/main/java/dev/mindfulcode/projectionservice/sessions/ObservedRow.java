package dev.mindfulcode.projectionservice.sessions;

import dev.mindfulcode.projectionservice.fold.EventValidation;
import dev.mindfulcode.projectionservice.fold.RejectedEventException;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.SessionStatus;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A session as flow-stream observed it, at one version.
 *
 * @param status null if unknown to this release
 * @param firstActivityMs null if nothing was typed yet
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
                name(state.getStatus()),
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

    /** Returns the later of two rows of a session; a row of another user is ignored, as in the table. */
    ObservedRow later(ObservedRow other) {
        return version < other.version && userId.equals(other.userId) ? other : this;
    }

    private static @Nullable String name(SessionStatus status) {
        return switch (status) {
            case ACTIVE -> "active";
            case PAUSED -> "paused";
            case ENDED -> "ended";
            case UNKNOWN -> null;
        };
    }

    /** Returns the time, or null for the epoch and earlier, which mean never. */
    private static @Nullable Long activity(Instant at) throws RejectedEventException {
        return at.isAfter(Instant.EPOCH) ? EventValidation.timeMsOrNull(at) : null;
    }
}
