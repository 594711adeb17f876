package dev.mindfulcode.flowengine;

import static dev.mindfulcode.flowengine.StateBytes.addLong;
import static dev.mindfulcode.flowengine.StateBytes.getInt;
import static dev.mindfulcode.flowengine.StateBytes.getLong;
import static dev.mindfulcode.flowengine.StateBytes.getShort;
import static dev.mindfulcode.flowengine.StateBytes.putInt;
import static dev.mindfulcode.flowengine.StateBytes.putLong;
import static dev.mindfulcode.flowengine.StateBytes.putShort;

/**
 * The baseline of a person over all sessions. It starts as the
 * {@link PopulationPrior}, with the weight of {@link #PRIOR_KEYSTROKES} keystrokes, and halves all its counts at
 * {@link #PERSON_KEYSTROKES_MAX}. Counts are integers, so every replay gives the same.
 */
final class Baselines {
    static final int PRIOR_KEYSTROKES = 50;
    /** A file switch mostly stays within the task: it counts a quarter of a loss of window focus. */
    static final int QUARTERS_PER_FOCUS_LOSS = 4;

    /** Some 13 task switches an hour (Meyer), as an hour's worth of evidence. */
    private static final int PRIOR_QUARTER_SWITCHES = 13 * QUARTERS_PER_FOCUS_LOSS;

    private static final int PRIOR_ACTIVE_MS = 3_600_000;

    static final int PERSON_KEYSTROKES_MAX = 32_768;

    private static final short[] PRIOR_HISTOGRAM = priorHistogram();

    private Baselines() {}

    static void putPrior(byte[] state) {
        int total = 0;
        for (int bin = 0; bin < LogBins.COUNT; bin++) {
            putShort(state, Layout.AT_PERSON_HISTOGRAM + 2 * bin, PRIOR_HISTOGRAM[bin]);
            total += PRIOR_HISTOGRAM[bin];
        }
        putInt(state, Layout.AT_PERSON_IN_BURSTS, total);
        putInt(state, Layout.AT_PERSON_KEYSTROKES, PRIOR_KEYSTROKES);
        putInt(
                state,
                Layout.AT_PERSON_CORRECTIONS,
                Math.round(PRIOR_KEYSTROKES * (float) PopulationPrior.CORRECTION_RATE));
        putInt(state, Layout.AT_PERSON_QUARTER_SWITCHES, PRIOR_QUARTER_SWITCHES);
        putLong(state, Layout.AT_PERSON_ACTIVE_MS, PRIOR_ACTIVE_MS);
    }

    private static short[] priorHistogram() {
        short[] histogram = new short[LogBins.COUNT];
        double below = 0;
        int given = 0;
        for (int bin = 0; bin < LogBins.COUNT; bin++) {
            below = bin + 1 == LogBins.COUNT ? 1 : logLogistic(LogBins.lowerBoundMs(bin + 1));
            int upTo = (int) StrictMath.round(below * PRIOR_KEYSTROKES);
            histogram[bin] = (short) (upTo - given);
            given = upTo;
        }
        return histogram;
    }

    private static double logLogistic(double ms) {
        return 1 / (1 + StrictMath.exp(-(StrictMath.log(ms / PopulationPrior.MEDIAN_MS)) / PopulationPrior.LN_SCALE));
    }

    static void learnInterval(byte[] state, int bin) {
        int atPerson = Layout.AT_PERSON_HISTOGRAM + 2 * bin;
        putShort(state, atPerson, getShort(state, atPerson) + 1);
        putInt(state, Layout.AT_PERSON_IN_BURSTS, getInt(state, Layout.AT_PERSON_IN_BURSTS) + 1);
    }

    static void learnKeystroke(byte[] state, int intervalMs, boolean correction) {
        int keystrokes = getInt(state, Layout.AT_PERSON_KEYSTROKES) + 1;
        putInt(state, Layout.AT_PERSON_KEYSTROKES, keystrokes);
        if (correction) {
            putInt(state, Layout.AT_PERSON_CORRECTIONS, getInt(state, Layout.AT_PERSON_CORRECTIONS) + 1);
        }
        if (intervalMs <= SessionState.ACTIVE_INTERVAL_MS_MAX) {
            addLong(state, Layout.AT_PERSON_ACTIVE_MS, intervalMs);
        }
        if (keystrokes >= PERSON_KEYSTROKES_MAX) {
            forgetHalf(state);
        }
    }

    /** Counts a switch with its weight in quarters of a loss of focus. */
    static void addQuarterSwitches(byte[] state, int quarters) {
        int sum = getInt(state, Layout.AT_PERSON_QUARTER_SWITCHES) + quarters;
        putInt(state, Layout.AT_PERSON_QUARTER_SWITCHES, sum);
        if (sum >= PERSON_KEYSTROKES_MAX) {
            forgetHalf(state);
        }
    }

    private static void forgetHalf(byte[] state) {
        putInt(state, Layout.AT_PERSON_KEYSTROKES, getInt(state, Layout.AT_PERSON_KEYSTROKES) >> 1);
        putInt(state, Layout.AT_PERSON_CORRECTIONS, getInt(state, Layout.AT_PERSON_CORRECTIONS) >> 1);
        putInt(state, Layout.AT_PERSON_QUARTER_SWITCHES, getInt(state, Layout.AT_PERSON_QUARTER_SWITCHES) >> 1);
        putLong(state, Layout.AT_PERSON_ACTIVE_MS, getLong(state, Layout.AT_PERSON_ACTIVE_MS) >> 1);
        putInt(state, Layout.AT_PERSON_IN_BURSTS, halve(state, Layout.AT_PERSON_HISTOGRAM));
    }

    private static int halve(byte[] state, int atHistogram) {
        int total = 0;
        for (int bin = 0; bin < LogBins.COUNT; bin++) {
            int half = getShort(state, atHistogram + 2 * bin) >> 1;
            putShort(state, atHistogram + 2 * bin, half);
            total += half;
        }
        return total;
    }
}
