package dev.mindfulcode.flowengine;

import static dev.mindfulcode.flowengine.StateBytes.getShort;
import static dev.mindfulcode.flowengine.StateBytes.putShort;

import dev.mindfulcode.flowengine.history.WorkHistory;

/**
 * The means of the work history's features over the evaluations of a flow period, and with them the cause of its end:
 * of all features, the ones that lowered intensity the most.
 *
 * <p>The cause is a counterfactual. The features of each cause in turn are put back to their means of the period, and
 * scored again; the largest gain names the cause. What a person cannot change within a period names no cause: gaps
 * before it, and past outcomes. A model of the history knows neither switches nor errors: those end flow by
 * {@link FlowPhase} only, which compares the means of the window and of freedom from switches. A model of the scores is
 * not served, so the end of its periods has no cause.
 */
final class PeriodMeans {
    private static final int IN_WINDOW = WorkHistory.FEATURES;
    private static final int UNFRAGMENTED = IN_WINDOW + 1;
    static final int INPUTS = UNFRAGMENTED + 1;
    static final int BYTES = 2 * INPUTS + Short.BYTES;

    private static final int AT_COUNT = Layout.AT_PERIOD_MEANS + 2 * INPUTS;
    private static final float UNIT = 0xFFFF;

    /** Bound of the features of the work history, which are logarithms. */
    private static final float FEATURE_MAX = 12;

    /** Evaluations from which on older ones count less: stored means have sixteen bits. */
    private static final int COUNT_MAX = 2_000;

    private static final Interruption[] CAUSES = {Interruption.IDLE, Interruption.LEFT_WINDOW, Interruption.RHYTHM_LOST
    };

    private PeriodMeans() {}

    static void clear(byte[] state) {
        for (int i = 0; i < BYTES; i++) {
            state[Layout.AT_PERIOD_MEANS + i] = 0;
        }
    }

    /** Adds an evaluation in flow. */
    static void add(byte[] state, FlowReading reading) {
        int count = Math.min(getShort(state, AT_COUNT) + 1, COUNT_MAX);
        putShort(state, AT_COUNT, count);
        for (int input = 0; input < INPUTS; input++) {
            float before = mean(state, input);
            float mean = before + (value(reading, input) - before) / count;
            putShort(state, Layout.AT_PERIOD_MEANS + 2 * input, Math.round(Math.clamp(mean, 0f, 1f) * UNIT));
        }
    }

    private static float value(FlowReading reading, int input) {
        return switch (input) {
            case IN_WINDOW -> reading.inWindow;
            case UNFRAGMENTED -> reading.unfragmented;
            default -> reading.history[input] / FEATURE_MAX;
        };
    }

    private static float mean(byte[] state, int input) {
        return getShort(state, Layout.AT_PERIOD_MEANS + 2 * input) / UNIT;
    }

    /** Returns the cause that lowered the intensity of a reading the most; unknown without an evaluation in flow. */
    static Interruption cause(byte[] state, FlowReading reading, FlowModel model, FlowReading replaced) {
        if (getShort(state, AT_COUNT) == 0 || model.inputs() != ModelInputs.HISTORY) {
            return Interruption.UNKNOWN;
        }
        Interruption largest = Interruption.UNKNOWN;
        float highest = model.intensity(reading);
        for (Interruption cause : CAUSES) {
            for (int feature = 0; feature < WorkHistory.FEATURES; feature++) {
                replaced.history[feature] =
                        causeOf(feature) == cause ? mean(state, feature) * FEATURE_MAX : reading.history[feature];
            }
            float without = model.intensity(replaced);
            if (without > highest) {
                highest = without;
                largest = cause;
            }
        }
        return largest;
    }

    /** Returns the cause that a feature of the work history belongs to. */
    private static Interruption causeOf(int feature) {
        return switch (feature) {
            case WorkHistory.PRESENCE_1_MIN,
                    WorkHistory.PRESENCE_2_MIN,
                    WorkHistory.PRESENCE_5_MIN,
                    WorkHistory.PRESENCE_60_MIN,
                    WorkHistory.LN_S_SINCE_ACTIVITY -> Interruption.IDLE;
            case WorkHistory.LN_S_SINCE_FOCUS_LOST -> Interruption.LEFT_WINDOW;
            case WorkHistory.LN_S_SINCE_ENTER,
                    WorkHistory.LN_S_SINCE_EDIT,
                    WorkHistory.LN_RATE_5_MIN,
                    WorkHistory.LN_RATE_60_MIN -> Interruption.RHYTHM_LOST;
            default -> Interruption.UNKNOWN;
        };
    }

    /**
     * Returns what became more frequent when work became fragmented: time outside the window or switches, by how far
     * each is below its mean of the period; unknown without an evaluation in flow.
     */
    static Interruption causeOfFragmentation(byte[] state, FlowReading reading) {
        if (getShort(state, AT_COUNT) == 0) {
            return Interruption.UNKNOWN;
        }
        float outside = mean(state, IN_WINDOW) - reading.inWindow;
        float switches = mean(state, UNFRAGMENTED) - reading.unfragmented;
        return outside > Math.max(switches, 0) ? Interruption.LEFT_WINDOW : Interruption.CONTEXT_SWITCH;
    }
}
