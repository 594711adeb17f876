package dev.mindfulcode.flowengine.insight;

import java.util.Arrays;

/**
 * The trend of values over weeks: the median of all pairwise slopes (Theil 1950; Sen, JASA 63, 1968), with an interval
 * from the variance of Kendall's S, inflated by {@link SerialDependence} (Hamed and Rao, Journal of Hydrology 204,
 * 1998). It is robust against outliers. A week without activity is missing, not zero, and keeps its place in time.
 *
 * @param slope change per week; its ends are infinite if the data do not bound it
 * @param risingP one-sided probability of as steep a rise without a trend; 1 minus it is that of a fall
 */
public record Trend(Estimate slope, double risingP) {

    /** With fewer weeks no slope is certain. */
    public static final int VALUES_MIN = 12;

    /** Two years of weeks. The number of slopes is quadratic. */
    static final int VALUES_MAX = 104;

    /**
     * @param weeks numbers of the weeks, ascending
     * @param values finite, one for each week, {@link #VALUES_MIN} or more; the latest {@link #VALUES_MAX} count
     */
    public static Trend of(long[] weeks, double[] values) {
        int n = values.length;
        if (weeks.length != n || n < VALUES_MIN) {
            throw new IllegalArgumentException(
                    n + " values of " + weeks.length + " weeks; must be at least " + VALUES_MIN + ", one a week");
        }
        return n <= VALUES_MAX
                ? ofLatest(weeks, values)
                : ofLatest(Arrays.copyOfRange(weeks, n - VALUES_MAX, n), Arrays.copyOfRange(values, n - VALUES_MAX, n));
    }

    private static Trend ofLatest(long[] weeks, double[] values) {
        int n = values.length;
        double[] slopes = new double[n * (n - 1) / 2];
        int pair = 0;
        int kendall = 0;
        for (int i = 0; i < n; i++) {
            for (int j = i + 1; j < n; j++) {
                slopes[pair++] = (values[j] - values[i]) / (weeks[j] - weeks[i]);
                kendall += (int) Math.signum(values[j] - values[i]);
            }
        }
        Arrays.sort(slopes);
        double slope = median(slopes);
        double deviation = Math.sqrt(n
                * (n - 1.0)
                * (2 * n + 5.0)
                / 18
                * residuals(weeks, values, slope).inflation(2));
        double reach = Estimate.Z95 * deviation;
        boolean isBounded = reach < slopes.length;
        int low = (int) Math.max(0, Math.floor((slopes.length - reach) / 2) - 1);
        int high = (int) Math.min(slopes.length - 1.0, Math.ceil((slopes.length + reach) / 2));
        return new Trend(
                new Estimate(
                        slope,
                        isBounded ? slopes[low] : Double.NEGATIVE_INFINITY,
                        isBounded ? slopes[high] : Double.POSITIVE_INFINITY,
                        n),
                Significance.normalTail(kendall / deviation));
    }

    private static SerialDependence residuals(long[] weeks, double[] values, double slope) {
        double[] residuals = new double[values.length];
        for (int i = 0; i < values.length; i++) {
            residuals[i] = values[i] - slope * (weeks[i] - weeks[0]);
        }
        double mean = Arrays.stream(residuals).average().orElse(0);
        SerialDependence dependence = new SerialDependence();
        for (int i = 0; i < values.length; i++) {
            if (i > 0 && weeks[i] == weeks[i - 1] + 1) {
                dependence.add(residuals[i - 1] - mean, residuals[i] - mean);
            } else {
                dependence.add(residuals[i] - mean);
            }
        }
        return dependence;
    }

    private static double median(double[] sorted) {
        int middle = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
