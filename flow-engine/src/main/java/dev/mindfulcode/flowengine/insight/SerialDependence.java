package dev.mindfulcode.flowengine.insight;

/**
 * The likeness of successive observations of one person. Days and weeks resemble their neighbours, so n of them say
 * less than n independent ones: the variance of a mean grows by about (1 + r) / (1 − r), r being their lag-1
 * correlation.
 *
 * <p>A short series says little about its own r, and too low an r raises false alarms. So r is the estimate, corrected
 * for its bias (Marriott and Pope, Biometrika 41, 1954), averaged with {@link #EXPECTED} by number of observations,
 * plus a standard error.
 */
final class SerialDependence {

    /** Correlation of successive days or weeks that is assumed before a person's own is known. A convention. */
    private static final double EXPECTED = 0.3;

    /** Number of observations that the expectation is worth. A convention. */
    private static final double EXPECTED_WEIGHT = 20;

    private static final double CORRELATION_MAX = 0.95;

    /** Mean square below which deviations are those of rounding, which resemble each other for no reason. */
    private static final double SQUARE_MIN = 1e-18;

    private double products;
    private int pairs;
    private double squares;
    private int observations;

    /** Adds a deviation from the fitted value without a predecessor. */
    void add(double deviation) {
        squares += deviation * deviation;
        observations++;
    }

    /** Adds a deviation that follows another one directly. */
    void add(double previous, double deviation) {
        add(previous, deviation, 0);
    }

    /** @param bias of the product for independent observations, with the sign reversed */
    void add(double previous, double deviation, double bias) {
        products += previous * deviation + bias;
        pairs++;
        add(deviation);
    }

    /** Adds the deviations of successive values from their mean. */
    void addDeviations(double[] values) {
        double mean = Means.mean(values);
        add(values[0] - mean);
        for (int i = 1; i < values.length; i++) {
            add(values[i - 1] - mean, values[i] - mean);
        }
    }

    /**
     * Returns the factor of the variance, 1 or more.
     *
     * @param fitted number of parameters that the deviations are from
     */
    double inflation(int fitted) {
        double found = correlation(squares / Math.max(observations, 1));
        return factor(found + (fitted + (2 + fitted) * Math.max(found, 0)) / Math.max(observations, 1));
    }

    /**
     * Returns the factor of the variance, 1 or more, from products that were added with their bias.
     *
     * @param variance of an observation, unbiased
     */
    double inflationBy(double variance) {
        return factor(correlation(variance));
    }

    private double correlation(double variance) {
        boolean isKnown = pairs > 0 && squares >= SQUARE_MIN * observations;
        return isKnown ? products / pairs / variance : 0;
    }

    private double factor(double unbiased) {
        double mean = (observations * unbiased + EXPECTED_WEIGHT * EXPECTED) / (observations + EXPECTED_WEIGHT);
        double correlation = Math.clamp(mean + 1 / Math.sqrt(Math.max(observations, 1)), 0, CORRELATION_MAX);
        return (1 + correlation) / (1 - correlation);
    }
}
