package dev.mindfulcode.flowengine.insight;

import java.util.Arrays;
import java.util.List;

/**
 * The survival function of censored durations: the product-limit estimate of Kaplan and Meier (JASA 53, 1958), with
 * Greenwood's variance and log-log intervals (Kalbfleisch and Prentice, The Statistical Analysis of Failure Time Data).
 *
 * <p>A flow period is censored if its session ended it; a resumption lag is censored if the session ended before flow
 * returned.
 */
public final class Survival {

    /** Minimum observed ends for a quantile. */
    public static final int ENDS_MIN = 8;

    /**
     * One observed duration.
     *
     * @param lengthMs 0 or more
     * @param ended false if censored
     */
    public record Observation(long lengthMs, boolean ended) {
        public Observation {
            if (lengthMs < 0) {
                throw new IllegalArgumentException("lengthMs is " + lengthMs + "; must not be negative");
            }
        }
    }

    private final long[] endsAtMs;
    private final double[] surviving;
    private final double[] greenwoodSum;
    private final int observations;
    private final int ends;
    private final long longestMs;

    private Survival(
            long[] endsAtMs, double[] surviving, double[] greenwoodSum, int observations, int ends, long longestMs) {
        this.endsAtMs = endsAtMs;
        this.surviving = surviving;
        this.greenwoodSum = greenwoodSum;
        this.observations = observations;
        this.ends = ends;
        this.longestMs = longestMs;
    }

    public static Survival of(List<Observation> observations) {
        Observation[] sorted = observations.toArray(new Observation[0]);
        Arrays.sort(sorted, (a, b) -> Long.compare(a.lengthMs(), b.lengthMs()));
        long[] endsAtMs = new long[sorted.length];
        double[] surviving = new double[sorted.length];
        double[] greenwoodSum = new double[sorted.length];
        int steps = 0;
        int ends = 0;
        double survival = 1;
        double variance = 0;
        for (int i = 0; i < sorted.length; ) {
            long lengthMs = sorted[i].lengthMs();
            int atRisk = sorted.length - i;
            int endedHere = 0;
            for (; i < sorted.length && sorted[i].lengthMs() == lengthMs; i++) {
                endedHere += sorted[i].ended() ? 1 : 0;
            }
            if (endedHere > 0) {
                survival *= 1 - (double) endedHere / atRisk;
                variance += atRisk == endedHere ? 0 : (double) endedHere / ((double) atRisk * (atRisk - endedHere));
                endsAtMs[steps] = lengthMs;
                surviving[steps] = survival;
                greenwoodSum[steps] = variance;
                steps++;
                ends += endedHere;
            }
        }
        return new Survival(
                Arrays.copyOf(endsAtMs, steps),
                Arrays.copyOf(surviving, steps),
                Arrays.copyOf(greenwoodSum, steps),
                sorted.length,
                ends,
                sorted.length == 0 ? 0 : sorted[sorted.length - 1].lengthMs());
    }

    /** Returns the number of further observed ends that {@link #quantileMs} needs. */
    public int endsMissing() {
        return Math.max(0, ENDS_MIN - ends);
    }

    /** Returns the longest duration, censored or not: nothing is known beyond it. */
    public long longestMs() {
        return longestMs;
    }

    /** Returns the share, 0 to 1, that lasts longer than a duration of at most {@link #longestMs}. */
    public double shareLongerThan(long lengthMs) {
        int step = lastStepAt(lengthMs);
        return step < 0 ? 1 : surviving[step];
    }

    /**
     * Returns a quantile in ms, with the interval where the band around the curve crosses the level.
     *
     * @param ended share that has ended, for example 0.5 for the median
     * @throws IllegalStateException if {@link #endsMissing()} is above 0
     */
    public Estimate quantileMs(double ended) {
        if (!(ended > 0 && ended < 1)) {
            throw new IllegalArgumentException("a share inside 0 to 1");
        }
        if (endsMissing() > 0) {
            throw new IllegalStateException(endsMissing() + " more observed ends are needed");
        }
        double level = 1 - ended;
        double value = Double.POSITIVE_INFINITY;
        double low = Double.POSITIVE_INFINITY;
        double high = Double.POSITIVE_INFINITY;
        for (int step = surviving.length - 1; step >= 0; step--) {
            value = surviving[step] <= level ? endsAtMs[step] : value;
            low = band(step, +1) <= level ? endsAtMs[step] : low;
            high = band(step, -1) <= level ? endsAtMs[step] : high;
        }
        // The lower end of a duration results from the lower end of the curve.
        return new Estimate(value, Math.min(high, value), Math.max(low, value), observations);
    }

    private int lastStepAt(long lengthMs) {
        int at = Arrays.binarySearch(endsAtMs, lengthMs);
        return at >= 0 ? at : -at - 2;
    }

    /** Returns the upper (+1) or lower (−1) end of the curve at a step, on the log(−log) scale. */
    private double band(int step, int side) {
        double share = surviving[step];
        if (share <= 0 || share >= 1) {
            return share;
        }
        double logShare = StrictMath.log(share);
        double deviation = Math.sqrt(greenwoodSum[step]) / Math.abs(logShare);
        return StrictMath.pow(share, StrictMath.exp(-side * Estimate.Z95 * deviation));
    }
}
