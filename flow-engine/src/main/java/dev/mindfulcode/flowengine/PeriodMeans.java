package dev.mindfulcode.flowengine;

import static dev.mindfulcode.flowengine.StateBytes.getShort;
import static dev.mindfulcode.flowengine.StateBytes.putShort;

/**
 * The means of what a model's intensity follows from, over the evaluations of a flow period, and with them the cause of
 * its end: of all inputs, the one that lowered intensity the most.
 *
 * <p>The cause is a counterfactual. Each input in turn is put back to its mean of the period, and scored again; the
 * largest gain names the cause. Focus is three inputs: presence, the window and freedom from switches.
 */
final class PeriodMeans {
    private static final int PRESENCE = 0;
    private static final int IN_WINDOW = 1;
    private static final int UNFRAGMENTED = 2;
    private static final int ERROR_PENALTY = 3;
    private static final int RHYTHM = 4;
    private static final int CONSISTENCY = 5;
    private static final int VELOCITY = 6;
    static final int INPUTS = 7;
    static final int BYTES = 2 * INPUTS + Short.BYTES;

    private static final int AT_COUNT = Layout.AT_PERIOD_MEANS + 2 * INPUTS;
    private static final float UNIT = 0xFFFF;

    private static final Interruption[] CAUSES = {
        Interruption.IDLE,
        Interruption.LEFT_WINDOW,
        Interruption.CONTEXT_SWITCH,
        Interruption.ERRORS,
        Interruption.RHYTHM_LOST
    };

    private PeriodMeans() {}

    static void clear(byte[] state) {
        for (int i = 0; i < BYTES; i++) {
            state[Layout.AT_PERIOD_MEANS + i] = 0;
        }
    }

    /** Adds an evaluation in flow. */
    static void add(byte[] state, FlowReading reading) {
        int count = Math.min(getShort(state, AT_COUNT) + 1, 0xFFFF);
        putShort(state, AT_COUNT, count);
        for (int input = 0; input < INPUTS; input++) {
            float before = mean(state, input);
            float mean = before + (value(reading, input) - before) / count;
            putShort(state, Layout.AT_PERIOD_MEANS + 2 * input, Math.round(Math.clamp(mean, 0f, 1f) * UNIT));
        }
    }

    static float mean(byte[] state, int input) {
        return getShort(state, Layout.AT_PERIOD_MEANS + 2 * input) / UNIT;
    }

    /** Returns the input that lowered the intensity of a reading the most; unknown without an evaluation in flow. */
    static Interruption cause(byte[] state, FlowReading reading, FlowModel model, FlowReading replaced) {
        if (getShort(state, AT_COUNT) == 0) {
            return Interruption.UNKNOWN;
        }
        Interruption largest = Interruption.UNKNOWN;
        float highest = model.intensity(reading);
        for (Interruption cause : CAUSES) {
            float without = intensityWithout(state, cause, reading, model, replaced);
            if (without > highest) {
                highest = without;
                largest = cause;
            }
        }
        return largest;
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

    /** Returns the intensity that the model gives with the inputs of a cause at their means of the period. */
    static float intensityWithout(
            byte[] state, Interruption cause, FlowReading reading, FlowModel model, FlowReading replaced) {
        float presence = cause == Interruption.IDLE ? mean(state, PRESENCE) : reading.presence;
        float inWindow = cause == Interruption.LEFT_WINDOW ? mean(state, IN_WINDOW) : reading.inWindow;
        float unfragmented = cause == Interruption.CONTEXT_SWITCH ? mean(state, UNFRAGMENTED) : reading.unfragmented;
        boolean rhythm = cause == Interruption.RHYTHM_LOST;
        replaced.setFeatures(
                rhythm ? mean(state, RHYTHM) : reading.rhythm,
                presence * inWindow * unfragmented,
                rhythm ? mean(state, CONSISTENCY) : reading.consistency,
                cause == Interruption.ERRORS ? mean(state, ERROR_PENALTY) : reading.errorPenalty,
                rhythm ? mean(state, VELOCITY) : reading.velocity);
        return model.intensity(replaced);
    }

    private static float value(FlowReading reading, int input) {
        return switch (input) {
            case PRESENCE -> reading.presence;
            case IN_WINDOW -> reading.inWindow;
            case UNFRAGMENTED -> reading.unfragmented;
            case ERROR_PENALTY -> reading.errorPenalty;
            case RHYTHM -> reading.rhythm;
            case CONSISTENCY -> reading.consistency;
            default -> reading.velocity;
        };
    }
}
