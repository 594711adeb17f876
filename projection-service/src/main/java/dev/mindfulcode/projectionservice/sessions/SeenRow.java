package dev.mindfulcode.projectionservice.sessions;

import dev.mindfulcode.projectionservice.fold.Plausible;
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
record SeenRow(
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

    static SeenRow of(UUID userId, FlowState state) throws RejectedEventException {
        return new SeenRow(
                state.getSessionId(),
                userId,
                named(state.getStatus()),
                Plausible.timeMs(state.getAt()),
                activity(state.getFirstActivityAt()),
                activity(state.getLastActivityAt()),
                Plausible.count(state.getKeystrokes()),
                Plausible.count(state.getErrors()),
                Plausible.count(state.getContextSwitches()),
                Plausible.count(state.getFilesModified()),
                Plausible.count(state.getActiveMs()),
                Plausible.count(state.getFlowMs()),
                Plausible.intensityMs(state.getIntensityMs()),
                Plausible.count(state.getInterruptions()),
                Plausible.version(state.getVersion()),
                Plausible.version(state.getNextSequence()),
                Plausible.count(state.getReusedSequences()));
    }

    /** Of two of a session; somebody else's takes nothing over, as in the table. */
    SeenRow later(SeenRow other) {
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
        return at.isAfter(Instant.EPOCH) ? Plausible.timeMsOrNull(at) : null;
    }
}
