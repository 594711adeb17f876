package dev.mindfulcode.flowengine.insight;

import java.util.Arrays;

/**
 * The trend of equally spaced values: the median of all pairwise slopes (Theil 1950; Sen, JASA 63, 1968), with an
 * interval from the variance of Kendall's S. It is robust against outliers.
 */
public final class Trend {

    /** With fewer values the interval always includes both signs. */
    public static final int VALUES_MIN = 5;

    /** Two years of weeks. The number of slopes is quadratic. */
    public static final int VALUES_MAX = 104;

    private Trend() {}

    /**
     * Returns the slope per step.
     *
     * @param values finite, in order of time, {@link #VALUES_MIN} to {@link #VALUES_MAX} of them
     */
    public static Estimate slope(double... values) {
        int n = values.length;
        if (n < VALUES_MIN || n > VALUES_MAX) {
            throw new IllegalArgumentException(n + " values; must be " + VALUES_MIN + " to " + VALUES_MAX);
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
