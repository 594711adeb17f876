package dev.mindfulcode.flowengine.insight;

/**
 * When a comparison becomes a sentence. The comparisons of one answer are tested together: at most one in twenty people
 * for whom all of them are false sees any sentence (Bonferroni). The number of comparisons is fixed, so that a sentence
 * does not appear because another one lacks data.
 */
final class Significance {

    /** Peak hour, usual ending, language, rising flow, and the kinds of {@link StrainIndicator}. */
    static final int COMPARISONS = 4 + StrainIndicator.Kind.values().length;

    /** One-sided level of a single comparison. */
    static final double LEVEL = 0.05 / COMPARISONS;

    private Significance() {}

    /** @param p one-sided probability of a result at least as extreme if the comparison is false */
    static boolean holds(double p) {
        return p <= LEVEL;
    }

    /**
     * Returns the probability that a person for whom every comparison is false sees no result as extreme as this one,
     * at most {@link Insight#CONFIDENCE_MAX}.
     */
    static double confidence(double p) {
        return Math.clamp(1 - COMPARISONS * p, 0, Insight.CONFIDENCE_MAX);
    }

    /** Returns the upper tail of the standard normal distribution (Abramowitz and Stegun 26.2.17, error below 1e-7). */
    static double normalTail(double z) {
        double t = 1 / (1 + 0.2316419 * Math.abs(z));
        double tail = StrictMath.exp(-z * z / 2)
                / Math.sqrt(2 * Math.PI)
                * t
                * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        return z < 0 ? 1 - tail : tail;
    }

    /**
     * Returns the one-sided probability of as many ones if they are half in the long run. Each resembles the one before
     * it ({@link SerialDependence}), so fewer count than there are.
     *
     * @param values 0 or 1 each, in order of time
     */
    static double aboveHalfP(double[] values) {
        SerialDependence dependence = new SerialDependence();
        dependence.addDeviations(values);
        double excess = values.length * (Means.mean(values) - 0.5) - 0.5;
        return normalTail(excess / Math.sqrt(values.length / 4.0 * dependence.inflation(1)));
    }
}
