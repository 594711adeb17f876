package dev.mindfulcode.flowengine;

import static dev.mindfulcode.flowengine.StateBytes.getInt;
import static dev.mindfulcode.flowengine.StateBytes.getShort;
import static dev.mindfulcode.flowengine.StateBytes.putInt;
import static dev.mindfulcode.flowengine.StateBytes.putShort;

/**
 * The distribution of a person's own intensity over their last weeks: a histogram of the intensity at each present
 * instant of 20 s, in the person's part of a {@link SessionState}. All counts are halved at {@link #INSTANTS_MAX},
 * which is 45 hours of typing: about three weeks at three hours a day.
 *
 * <p>Intensities of different models are not comparable, so another model begins with an empty histogram.
 */
final class OwnRange {
    static final int BINS = 32;
    static final int INSTANTS_MAX = 8_192;

    /** Weight of the population's thresholds, in instants: half an hour of typing. */
    static final int POPULATION_INSTANTS = 90;

    private OwnRange() {}

    /**
     * Counts an intensity.
     *
     * @param scale fingerprint of the model's intensities
     */
    static void add(byte[] state, int scale, float intensity, int instants) {
        if (getInt(state, Layout.AT_RANGE_MODEL) != scale) {
            clear(state);
            putInt(state, Layout.AT_RANGE_MODEL, scale);
        }
        int at = Layout.AT_RANGE_HISTOGRAM + 2 * Math.clamp((int) (intensity * BINS), 0, BINS - 1);
        putShort(state, at, getShort(state, at) + instants);
        int total = getShort(state, Layout.AT_RANGE_INSTANTS) + instants;
        putShort(state, Layout.AT_RANGE_INSTANTS, total >= INSTANTS_MAX ? halve(state) : total);
    }

    static void clear(byte[] state) {
        for (int bin = 0; bin < BINS; bin++) {
            putShort(state, Layout.AT_RANGE_HISTOGRAM + 2 * bin, 0);
        }
        putShort(state, Layout.AT_RANGE_INSTANTS, 0);
    }

    private static int halve(byte[] state) {
        int total = 0;
        for (int bin = 0; bin < BINS; bin++) {
            int half = getShort(state, Layout.AT_RANGE_HISTOGRAM + 2 * bin) >> 1;
            putShort(state, Layout.AT_RANGE_HISTOGRAM + 2 * bin, half);
            total += half;
        }
        return total;
    }

    /** Returns the number of instants that the model's histogram holds. */
    static int instants(byte[] state, int scale) {
        return getInt(state, Layout.AT_RANGE_MODEL) == scale ? getShort(state, Layout.AT_RANGE_INSTANTS) : 0;
    }

    /**
     * Returns the lowest intensity in the top share of the person's instants. With n instants of their own it is
     * n / (n + 90) their own and otherwise the population's.
     */
    static float threshold(byte[] state, int scale, float share, float population) {
        int instants = instants(state, scale);
        if (instants == 0) {
            return population;
        }
        return population
                + (quantile(state, instants, share) - population) * instants / (instants + POPULATION_INSTANTS);
    }

    private static float quantile(byte[] state, int instants, float share) {
        float above = share * instants;
        float counted = 0;
        for (int bin = BINS - 1; bin >= 0; bin--) {
            int count = getShort(state, Layout.AT_RANGE_HISTOGRAM + 2 * bin);
            if (count > 0 && counted + count >= above) {
                return (bin + 1 - (above - counted) / count) / BINS;
            }
            counted += count;
        }
        return 0;
    }

    /** Whether the counts add up and are in range. */
    static boolean holds(byte[] state) {
        int total = 0;
        for (int bin = 0; bin < BINS; bin++) {
            total += getShort(state, Layout.AT_RANGE_HISTOGRAM + 2 * bin);
        }
        return total == getShort(state, Layout.AT_RANGE_INSTANTS) && total < INSTANTS_MAX;
    }
}
