package dev.mindfulcode.modelevidence;

import dev.mindfulcode.flowengine.Calibration;
import java.util.Arrays;
import java.util.List;

/**
 * Isotonic regression by pooling adjacent violators (Ayer et al. 1955) over groups of instants with similar output, for
 * at most {@link Calibration.Isotonic#KNOTS_MAX} knots with enough instants each. A knot is the mean output of a pool
 * and its share of positives; the function is linear between knots, so that few instants tie.
 */
final class IsotonicFit {
    private static final int GROUP_INSTANTS_MIN = 30;

    private IsotonicFit() {}

    static Calibration.Isotonic fit(double[] sums, List<Example> examples) {
        Integer[] order = new Integer[sums.length];
        Arrays.setAll(order, i -> i);
        Arrays.sort(order, (a, b) -> Double.compare(sums[a], sums[b]));
        int groups = Math.clamp(sums.length / GROUP_INSTANTS_MIN, 1, Calibration.Isotonic.KNOTS_MAX);
        double[] weight = new double[groups];
        double[] raw = new double[groups];
        double[] positives = new double[groups];
        int pools = 0;
        int from = 0;
        for (int group = 0; group < groups; group++) {
            int to = (int) ((long) sums.length * (group + 1) / groups);
            // Instants with equal output belong to one group.
            while (to < sums.length && to > 0 && sums[order[to]] == sums[order[to - 1]]) {
                to++;
            }
            if (to <= from) {
                continue;
            }
            weight[pools] = to - from;
            raw[pools] = 0;
            positives[pools] = 0;
            for (int i = from; i < to; i++) {
                raw[pools] += Trainer.sigmoid(sums[order[i]]);
                positives[pools] += examples.get(order[i]).positive() ? 1 : 0;
            }
            from = to;
            pools++;
            while (pools > 1 && !rises(weight, raw, positives, pools)) {
                pools--;
                weight[pools - 1] += weight[pools];
                raw[pools - 1] += raw[pools];
                positives[pools - 1] += positives[pools];
            }
        }
        float[] knots = new float[pools];
        float[] chances = new float[pools];
        for (int i = 0; i < pools; i++) {
            knots[i] = (float) (raw[i] / weight[i]);
            chances[i] = (float) (positives[i] / weight[i]);
        }
        return new Calibration.Isotonic(knots, chances);
    }

    /** Whether the last pool is above the one before, in both coordinates, as floats. */
    private static boolean rises(double[] weight, double[] raw, double[] positives, int pools) {
        int last = pools - 1;
        int before = pools - 2;
        return positives[last] / weight[last] > positives[before] / weight[before]
                && (float) (raw[last] / weight[last]) > (float) (raw[before] / weight[before]);
    }
}
