package dev.mindfulcode.flowengine.insight;

import java.util.Arrays;

/**
 * Whether a row of equally spaced values goes up or down: the median of all pairwise slopes (Theil 1950; Sen, JASA 63,
 * 1968), whose interval comes from the variance of Kendall's S. One odd week moves it little.
 */
public final class Trend {

    /** With fewer the interval holds both signs whatever the values are. */
    public static final int VALUES_MIN = 5;

    /** The row is bounded: two years of weeks. Its slopes are all pairs. */
    public static final int VALUES_MAX = 104;

    private Trend() {}

    /**
     * Returns the change per step.
     *
     * @param values finite, in order of time, {@link #VALUES_MIN} to {@link #VALUES_MAX} of them
     */
    public static Estimate slope(double... values) {
        int n = values.length;
        if (n < VALUES_MIN || n > VALUES_MAX) {
            throw new IllegalArgumentException(VALUES_MIN + " to " + VALUES_MAX + " values");
        }
        double[] slopes = new double[n * (n - 1) / 2];
        int pair = 0;
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                slopes[pair++] = (values[j] - values[i]) / (j - i);
            }
        }
        Arrays.sort(slopes);
        double kendallDeviation = Math.sqrt(n * (n - 1.0) * (2 * n + 5.0) / 18);
        double reach = Estimate.Z95 * kendallDeviation;
        int low = (int) Math.max(0, Math.floor((slopes.length - reach) / 2) - 1);
        int high = (int) Math.min(slopes.length - 1.0, Math.ceil((slopes.length + reach) / 2));
        return new Estimate(median(slopes), slopes[low], slopes[high], n);
    }

    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
