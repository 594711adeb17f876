package dev.mindfulcode.flowengine;

import static dev.mindfulcode.flowengine.StateBytes.addLong;
import static dev.mindfulcode.flowengine.StateBytes.getLong;
import static dev.mindfulcode.flowengine.StateBytes.getShort;
import static dev.mindfulcode.flowengine.StateBytes.putLong;
import static dev.mindfulcode.flowengine.StateBytes.putShort;

import dev.mindfulcode.flowengine.history.WorkHistory;
import org.jspecify.annotations.Nullable;

/**
 * The rules by which a session enters and leaves flow, on the bytes of a {@link SessionState}.
 *
 * <p>Flow is relative to the person (ADR 0057): it begins when intensity has been in the top share of their own last
 * weeks for {@link #ENTRY_DELAY_MS} of active time, after {@link #WARM_UP_INSTANTS} of typing, and ends when intensity
 * leaves a slightly larger share. It is the model's intensity with the outcomes of a stranger
 * ({@link FlowReading#rangeIntensity}): the personal layer keeps its order, so it would change no share. A person who
 * is struggling or fragmented is not in flow; neither is a held key or a metronome.
 */
final class FlowPhase {
    /** Length of an instant: presence and the person's range are counted once per instant. */
    static final long INSTANT_MS = WorkHistory.BIN_MS;

    /** Ten minutes of typing since the last gap of {@link #GAP_MS}. */
    static final int WARM_UP_INSTANTS = 30;

    /** Silence after which a session warms up again: a coffee is shorter. */
    static final long GAP_MS = 15 * 60_000;

    /** Active time for which the conditions must hold before flow begins. A convention. */
    static final long ENTRY_DELAY_MS = 60_000;

    /** Mean struggle at which struggling begins: more than twice the usual corrections. */
    private static final float STRUGGLING_FROM = 0.53f;

    private static final float STRUGGLING_UNTIL = 0.45f;

    /** Half-life of the mean struggle, which is of the last 100 keystrokes: together one to two minutes. */
    private static final float ERROR_HALF_LIFE_MS = 45_000;

    private static final int ERROR_ELAPSED_MS_MAX = 60_000;

    /** {@link FlowReading#undisturbed} at which fragmentation begins: half is four times the person's usual rate. */
    private static final float FRAGMENTED_BELOW = 0.5f;

    private static final float FRAGMENTED_UNTIL = 0.6f;

    /** Evaluations in a row without a person's typing that end flow: one minute. A held arrow key is shorter. */
    private static final int MACHINE_EVALUATIONS_MAX = 12;

    private static final float UNIT = 0xFFFF;

    private static final int STRUGGLING = 1;
    private static final int FRAGMENTED = 2;

    private FlowPhase() {}

    static boolean isInFlow(byte[] state) {
        return (state[Layout.AT_FLAGS] & Layout.FLAG_IN_FLOW) != 0;
    }

    /** Returns the model's intensity at which flow begins. */
    static float enterThreshold(byte[] state, int scale, FlowModel model, float sensitivity) {
        return OwnRange.threshold(state, scale, Thresholds.shareInFlow(sensitivity), model.enterThreshold(sensitivity));
    }

    /** Returns the model's intensity below which flow ends. */
    static float leaveThreshold(byte[] state, int scale, FlowModel model, float sensitivity) {
        float share = Thresholds.shareInFlow(sensitivity) + Thresholds.HYSTERESIS_SHARE;
        float leave = OwnRange.threshold(state, scale, share, model.leaveThreshold(sensitivity));
        return Math.min(leave, enterThreshold(state, scale, model, sensitivity) - Thresholds.HYSTERESIS_MIN);
    }

    /** Forgets the typing before a gap. */
    static void beginWarmUp(byte[] state) {
        putShort(state, Layout.AT_PRESENT_INSTANTS, 0);
    }

    /** Continues the typing of the session before, if no gap follows it. */
    static void continueFrom(byte[] earlier, byte[] state) {
        long lastMs = Math.max(getLong(earlier, Layout.AT_LAST_ACTIVITY_MS), getLong(earlier, Layout.AT_EARLIER_MS));
        putLong(state, Layout.AT_EARLIER_MS, lastMs);
        putShort(state, Layout.AT_PRESENT_INSTANTS, getShort(earlier, Layout.AT_PRESENT_INSTANTS));
    }

    /** Begins a session with its first activity. */
    static void begin(byte[] state, long at) {
        if (Math.abs(at - getLong(state, Layout.AT_EARLIER_MS)) >= GAP_MS) {
            beginWarmUp(state);
        }
    }

    /** Forgets what a pause or another model ends: struggling, fragmentation, conditions that held. */
    static void reset(byte[] state) {
        putShort(state, Layout.AT_ERROR_LEVEL, 0);
        state[Layout.AT_TROUBLE] = 0;
        state[Layout.AT_MACHINE_EVALUATIONS] = 0;
        putLong(state, Layout.AT_HELD_ACTIVE_MS, 0);
    }

    /**
     * Applies an evaluation.
     *
     * @param evaluatedMs time of the evaluation before
     * @param fromMs beginning of the activity that is evaluated
     * @param activeMs active time since the evaluation before
     * @param scale fingerprint of the model's intensities
     * @param replaced holder for counterfactual readings
     */
    static void update(
            byte[] state,
            long evaluatedMs,
            long fromMs,
            long at,
            long activeMs,
            FlowReading reading,
            FlowModel model,
            int scale,
            float sensitivity,
            FlowReading replaced) {
        updateTrouble(state, at - evaluatedMs, reading);
        float intensity = reading.rangeIntensity(model);
        int machine = reading.isHuman ? 0 : Math.min(state[Layout.AT_MACHINE_EVALUATIONS] + 1, MACHINE_EVALUATIONS_MAX);
        state[Layout.AT_MACHINE_EVALUATIONS] = (byte) machine;
        long heldMs = getLong(state, Layout.AT_HELD_ACTIVE_MS) + activeMs;
        if (isInFlow(state)) {
            float leave = leaveThreshold(state, scale, model, sensitivity);
            Interruption cause = ending(state, machine, intensity < leave, reading, model, replaced);
            if (cause != null) {
                leave(state, at, cause);
                heldMs = 0;
            } else if (machine == 0) {
                PeriodMeans.add(state, reading);
            }
        } else {
            float enter = enterThreshold(state, scale, model, sensitivity);
            boolean holds = machine == 0
                    && state[Layout.AT_TROUBLE] == 0
                    && getShort(state, Layout.AT_PRESENT_INSTANTS) >= WARM_UP_INSTANTS
                    && intensity >= enter;
            heldMs = holds ? heldMs : 0;
            if (holds && heldMs >= ENTRY_DELAY_MS) {
                state[Layout.AT_FLAGS] |= Layout.FLAG_IN_FLOW;
                putLong(state, Layout.AT_FLOW_STARTED_MS, at);
                PeriodMeans.clear(state);
                PeriodMeans.add(state, reading);
            }
        }
        putLong(state, Layout.AT_HELD_ACTIVE_MS, heldMs);
        if (machine == 0) {
            countInstants(state, evaluatedMs, fromMs, at, scale, intensity);
        }
    }

    private static void updateTrouble(byte[] state, long elapsedMs, FlowReading reading) {
        float before = getShort(state, Layout.AT_ERROR_LEVEL) / UNIT;
        float elapsed = Math.clamp(elapsedMs, 0, ERROR_ELAPSED_MS_MAX);
        float weight = 1 - (float) StrictMath.pow(0.5, elapsed / ERROR_HALF_LIFE_MS);
        float level = before + (reading.struggle - before) * weight;
        putShort(state, Layout.AT_ERROR_LEVEL, Math.round(level * UNIT));
        int trouble = state[Layout.AT_TROUBLE];
        boolean struggles = level >= ((trouble & STRUGGLING) != 0 ? STRUGGLING_UNTIL : STRUGGLING_FROM);
        boolean fragmented = reading.undisturbed < ((trouble & FRAGMENTED) != 0 ? FRAGMENTED_UNTIL : FRAGMENTED_BELOW);
        state[Layout.AT_TROUBLE] = (byte) ((struggles ? STRUGGLING : 0) | (fragmented ? FRAGMENTED : 0));
    }

    /** Returns why the open flow period ends, or null if it continues. */
    private static @Nullable Interruption ending(
            byte[] state,
            int machine,
            boolean isBelowRange,
            FlowReading reading,
            FlowModel model,
            FlowReading replaced) {
        if (machine > 0) {
            return machine >= MACHINE_EVALUATIONS_MAX ? Interruption.RHYTHM_LOST : null;
        }
        if ((state[Layout.AT_TROUBLE] & STRUGGLING) != 0) {
            return Interruption.ERRORS;
        }
        if ((state[Layout.AT_TROUBLE] & FRAGMENTED) != 0) {
            return PeriodMeans.causeOfFragmentation(state, reading);
        }
        return isBelowRange ? PeriodMeans.cause(state, reading, model, replaced) : null;
    }

    /**
     * Counts the instants that were typed in since the evaluation before. A report of an instant or more covers all
     * that it touches; a shorter activity counts in the instant of its end.
     */
    private static void countInstants(
            byte[] state, long evaluatedMs, long fromMs, long at, int scale, float intensity) {
        long last = evaluatedMs / INSTANT_MS;
        long now = at / INSTANT_MS;
        if (now <= last) {
            return;
        }
        long first = fromMs / INSTANT_MS - (at - fromMs >= INSTANT_MS ? 1 : 0);
        int instants = Math.clamp(now - Math.max(last, first), 1, WARM_UP_INSTANTS);
        int present = getShort(state, Layout.AT_PRESENT_INSTANTS) + instants;
        putShort(state, Layout.AT_PRESENT_INSTANTS, Math.min(present, 0xFFFF));
        OwnRange.add(state, scale, intensity, instants);
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

    /** Returns why the session is not in flow at an instant, null if it is. */
    static @Nullable FlowReason reason(byte[] state, ActivityStatus status, long silenceMs) {
        if (isInFlow(state)) {
            return null;
        }
        if (status != ActivityStatus.ACTIVE || silenceMs >= SessionState.PAUSE_TIMEOUT_MS) {
            return FlowReason.PAUSED;
        }
        if (isAway(state)) {
            return FlowReason.AWAY;
        }
        if ((state[Layout.AT_TROUBLE] & STRUGGLING) != 0) {
            return FlowReason.STRUGGLING;
        }
        if ((state[Layout.AT_TROUBLE] & FRAGMENTED) != 0) {
            return FlowReason.FRAGMENTED;
        }
        boolean inRange = getLong(state, Layout.AT_HELD_ACTIVE_MS) > 0;
        return inRange || getShort(state, Layout.AT_PRESENT_INSTANTS) < WARM_UP_INSTANTS
                ? FlowReason.WARMING_UP
                : FlowReason.BELOW_OWN_RANGE;
    }

    /** Whether the editor's window lost focus and nobody has typed in it since. */
    static boolean isAway(byte[] state) {
        return (state[Layout.AT_FLAGS] & (Layout.FLAG_AWAY | Layout.FLAG_TYPED)) == Layout.FLAG_AWAY;
    }

    /**
     * Returns why one reading, with the person's range in the state but without the minutes before it, is not in flow;
     * null if it is.
     */
    static @Nullable FlowReason reasonOfOne(
            byte[] state, long presentMs, FlowReading reading, FlowModel model, int scale, float sensitivity) {
        if (reading.struggle >= STRUGGLING_FROM) {
            return FlowReason.STRUGGLING;
        }
        if (reading.undisturbed < FRAGMENTED_BELOW) {
            return FlowReason.FRAGMENTED;
        }
        if (presentMs < WARM_UP_INSTANTS * INSTANT_MS) {
            return FlowReason.WARMING_UP;
        }
        float intensity = reading.rangeIntensity(model);
        boolean inRange = reading.isHuman && intensity >= enterThreshold(state, scale, model, sensitivity);
        return inRange ? null : FlowReason.BELOW_OWN_RANGE;
    }

    /** Whether the stored values are in range. */
    static boolean holds(byte[] state) {
        return state[Layout.AT_TROUBLE] >= 0
                && state[Layout.AT_TROUBLE] <= (STRUGGLING | FRAGMENTED)
                && state[Layout.AT_MACHINE_EVALUATIONS] >= 0
                && state[Layout.AT_MACHINE_EVALUATIONS] <= MACHINE_EVALUATIONS_MAX
                && OwnRange.holds(state);
    }
}
