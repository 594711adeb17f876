package dev.mindfulcode.flowengine.insight;

import java.util.Arrays;
import java.util.List;

/**
 * How long something lasts when some of it was still lasting when we stopped looking: the product-limit estimate of
 * Kaplan and Meier (JASA 53, 1958), with Greenwood's variance and log-log intervals (Kalbfleisch and Prentice, The
 * Statistical Analysis of Failure Time Data).
 *
 * <p>Two uses. Flow periods: one that the person ended by closing the session is censored, for flow did not break.
 * Resumption lag: an interruption after which flow did not come back before the session ended is censored, for leaving
 * it out would make interruptions look cheap.
 */
public final class Survival {

    /** Fewer observed ends than this give no quantile: its interval would be the whole line. */
    public static final int ENDS_MIN = 8;

    /**
     * One observed length.
     *
     * @param lengthMs 0 or more
     * @param ended false where it was still lasting when observation stopped
     */
    public record Observation(long lengthMs, boolean ended) {
        public Observation {
            if (lengthMs < 0) {
                throw new IllegalArgumentException("a length below 0");
            }
        }
    }

    private final long[] endsAtMs;
    private final double[] surviving;
    private final double[] greenwoodSum;
    private final int observations;
    private final int ends;

    private Survival(long[] endsAtMs, double[] surviving, double[] greenwoodSum, int observations, int ends) {
        this.endsAtMs = endsAtMs;
        this.surviving = surviving;
        this.greenwoodSum = greenwoodSum;
        this.observations = observations;
        this.ends = ends;
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
                ends);
    }

    /** Returns how many more observed ends {@link #quantileMs} needs; 0 where there are enough. */
    public int endsMissing() {
        return Math.max(0, ENDS_MIN - ends);
    }

    /** Returns the share, 0 to 1, that lasts longer than this. */
    public double shareLongerThan(long lengthMs) {
        int step = lastStepAt(lengthMs);
        return step < 0 ? 1 : surviving[step];
    }

    /**
     * Returns the length, in ms, within which this share has ended: 0.5 for the median. The ends of the interval are
     * where the band around the curve crosses the same level.
     *
     * @param ended inside 0 to 1
     * @throws IllegalStateException where {@link #endsMissing()} is above 0
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
        // The lower end of a length comes from the lower end of the curve, and so they change places.
        return new Estimate(value, Math.min(high, value), Math.max(low, value), observations);
    }

    /** Returns the mean length, in ms, of what lasts at most this long: the area under the curve up to there. */
    public double restrictedMeanMs(long horizonMs) {
        double area = 0;
        double share = 1;
        long fromMs = 0;
        for (int step = 0; step < endsAtMs.length && endsAtMs[step] < horizonMs; step++) {
            area += share * (endsAtMs[step] - fromMs);
            share = surviving[step];
            fromMs = endsAtMs[step];
        }
        return area + share * (horizonMs - fromMs);
    }

    private int lastStepAt(long lengthMs) {
        int at = Arrays.binarySearch(endsAtMs, lengthMs);
        return at >= 0 ? at : -at - 2;
    }

    /** Upper (+1) or lower (−1) end of the curve at a step, on the log(−log) scale, which keeps it inside 0 to 1. */
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
