package dev.mindfulcode.flowengine.insight;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The ratio of two sums over periods whose figures have noise. A ratio of sums, not a mean of ratios: the noise of one
 * period may exceed its figure, and a quotient with it says nothing.
 *
 * @param value the ratio
 * @param variance of the ratio, by linearisation, inflated by {@link SerialDependence}; at least what the known noise
 *     alone causes
 * @param periods how many periods it rests on
 */
record NoisyRatio(double value, double variance, int periods) {

    /** Standard deviations of noise below which a denominator is too uncertain to divide by. */
    private static final double DENOMINATOR_MIN = 3;

    /** A period's figures and the variances of their noise. */
    record Period(double top, double topNoise, double bottom, double bottomNoise) {}

    /** Differences below this are those of the last bits of equal sums. */
    private static final double DIFFERENCE_MIN = 1e-9;

    /**
     * Returns the ratio, or null if the sum of the denominators is not well above its noise.
     *
     * @param periods in order of time
     */
    static @Nullable NoisyRatio of(List<Period> periods) {
        double top = 0;
        double bottom = 0;
        double bottomNoise = 0;
        for (Period period : periods) {
            top += period.top;
            bottom += period.bottom;
            bottomNoise += period.bottomNoise;
        }
        if (!(bottom > 0) || bottom < DENOMINATOR_MIN * Math.sqrt(bottomNoise)) {
            return null;
        }
        double ratio = top / bottom;
        double squares = 0;
        double noise = 0;
        double previous = Double.NaN;
        SerialDependence dependence = new SerialDependence();
        for (Period period : periods) {
            double residual = period.top - ratio * period.bottom;
            squares += residual * residual;
            noise += period.topNoise + ratio * ratio * period.bottomNoise;
            if (Double.isNaN(previous)) {
                dependence.add(residual);
            } else {
                dependence.add(previous, residual);
            }
            previous = residual;
        }
        int count = periods.size();
        double observed = count < 2 ? 0 : dependence.inflation(1) * squares * count / (count - 1);
        return new NoisyRatio(ratio, Math.max(observed, noise) / (bottom * bottom), count);
    }

    /** Returns the ratio with its interval within bounds; the bounds themselves for a single period. */
    Estimate estimate(double min, double max) {
        double inside = Math.clamp(value, min, max);
        if (periods < 2) {
            return new Estimate(inside, min, max, periods);
        }
        double reach = StudentT.quantile95(periods - 1) * Math.sqrt(variance);
        return new Estimate(
                inside, Math.clamp(value - reach, min, inside), Math.clamp(value + reach, inside, max), periods);
    }

    /**
     * Returns the one-sided probability of a ratio as far above an earlier one if nothing has changed: 1 for a single
     * period, 0.5 for equal ratios.
     */
    double higherP(NoisyRatio earlier) {
        double difference = value - earlier.value;
        if (Math.min(periods, earlier.periods) < 2) {
            return 1;
        }
        if (Math.abs(difference) < DIFFERENCE_MIN) {
            return 0.5;
        }
        return StudentT.tail(difference / Math.sqrt(variance + earlier.variance), degrees(earlier));
    }

    /** Returns the smaller number of degrees of freedom, which holds for unequal variances and few periods. */
    private int degrees(NoisyRatio earlier) {
        return Math.min(periods, earlier.periods) - 1;
    }

    /** Returns this ratio minus an earlier one, each of two periods or more. */
    Estimate minus(NoisyRatio earlier) {
        double reach = StudentT.quantile95(degrees(earlier)) * Math.sqrt(variance + earlier.variance);
        double difference = value - earlier.value;
        return new Estimate(difference, difference - reach, difference + reach, periods + earlier.periods);
    }
}
