package dev.mindfulcode.flowengine;

import static dev.mindfulcode.flowengine.StateBytes.addLong;
import static dev.mindfulcode.flowengine.StateBytes.getLong;
import static dev.mindfulcode.flowengine.StateBytes.putLong;

/** The rules by which a session enters and leaves flow, on the bytes of a {@link SessionState}. */
final class FlowPhase {
    /** Active time for which the conditions must hold before flow begins. A convention. */
    static final long ENTRY_DELAY_MS = 2 * 60_000;

    private FlowPhase() {}

    static boolean isInFlow(byte[] state) {
        return (state[Layout.AT_FLAGS] & Layout.FLAG_IN_FLOW) != 0;
    }

    /**
     * Applies an evaluation.
     *
     * @param sinceMs active time since the evaluation before
     */
    static void update(
            byte[] state, long at, long sinceMs, FlowReading reading, float enterThreshold, float leaveThreshold) {
        long heldMs = getLong(state, Layout.AT_HELD_ACTIVE_MS) + sinceMs;
        if (isInFlow(state)) {
            boolean leaves = reading.intensity < leaveThreshold;
            if (leaves) {
                leave(state, at, weakest(reading));
            }
            putLong(state, Layout.AT_HELD_ACTIVE_MS, leaves ? 0 : heldMs);
            return;
        }
        boolean holds = reading.intensity >= enterThreshold && reading.confidence >= FlowReading.CONFIDENCE_FOR_FLOW;
        putLong(state, Layout.AT_HELD_ACTIVE_MS, holds ? heldMs : 0);
        if (holds && heldMs >= ENTRY_DELAY_MS) {
            state[Layout.AT_FLAGS] |= Layout.FLAG_IN_FLOW;
            putLong(state, Layout.AT_FLOW_STARTED_MS, at);
        }
    }

    /** Ends an open flow period. */
    static void leave(byte[] state, long at, Interruption cause) {
        if (!isInFlow(state)) {
            return;
        }
        state[Layout.AT_FLAGS] &= ~Layout.FLAG_IN_FLOW;
        putLong(state, Layout.AT_FLOW_ENDED_MS, at);
        state[Layout.AT_INTERRUPTION] = (byte) cause.ordinal();
        if (cause != Interruption.SESSION_ENDED) {
            addLong(state, Layout.AT_INTERRUPTIONS, 1);
        }
    }

    private static Interruption weakest(FlowReading reading) {
        float rhythm = Math.min(reading.rhythm, Math.min(reading.consistency, reading.velocity));
        float accuracy = 1 - reading.errorPenalty;
        if (accuracy <= rhythm && accuracy <= reading.focus) {
            return Interruption.ERRORS;
        }
        return reading.focus <= rhythm ? Interruption.CONTEXT_SWITCH : Interruption.RHYTHM_LOST;
    }
}
