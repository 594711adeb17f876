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

    /** Returns the probability of at least this many of some independent trials at even chances. */
    static double evenChances(int successes, int trials) {
        double probability = StrictMath.pow(0.5, trials);
        double below = 0;
        for (int i = 0; i < successes; i++) {
            below += probability;
            probability *= (trials - i) / (i + 1.0);
        }
        return Math.clamp(1 - below, 0, 1);
    }
}
