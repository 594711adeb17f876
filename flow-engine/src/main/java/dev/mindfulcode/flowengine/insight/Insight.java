package dev.mindfulcode.flowengine.insight;

import dev.mindfulcode.flowengine.Recommendation;
import org.jspecify.annotations.Nullable;

/**
 * A sentence about a person's history with the numbers that it is based on.
 *
 * @param id stable, for example {@code peak-hour}
 * @param text an observation; neither a feeling nor a cause
 * @param measure name of the measure with its unit last, for example {@code interruption_cost_ms}
 * @param reference value that the estimate is compared with; null for a plain amount
 * @param confidence probability, 0.5 to {@link #CONFIDENCE_MAX}, by the normal approximation and for this sentence
 *     alone, that the value is on the stated side of the reference; 0.95, that of the interval, without a reference or
 *     without spread
 * @param basis the part of the history that it is computed from
 * @param suggestion something that may help, or null
 */
public record Insight(
        String id,
        String text,
        String measure,
        Estimate value,
        @Nullable Double reference,
        double confidence,
        Basis basis,
        @Nullable Recommendation suggestion) {

    /** Upper bound of the confidence of any statement derived from typing. */
    public static final double CONFIDENCE_MAX = 0.99;

    private static final double CONFIDENCE_OF_INTERVAL = 0.95;

    /** The part of a history that an insight is computed from. */
    public enum Basis {
        HOURS,
        STRETCHES,
        PERIODS,
        SESSIONS,
        DAYS
    }

    /** Creates an insight that states an amount. */
    static Insight amount(
            String id, String text, String measure, Estimate value, Basis basis, @Nullable Recommendation suggestion) {
        return new Insight(id, text, measure, value, null, CONFIDENCE_OF_INTERVAL, basis, suggestion);
    }

    /** Creates an insight that compares the value with a reference. */
    static Insight side(
            String id,
            String text,
            String measure,
            Estimate value,
            double reference,
            Basis basis,
            @Nullable Recommendation suggestion) {
        return new Insight(id, text, measure, value, reference, confidence(value, reference), basis, suggestion);
    }

    static double confidence(Estimate value, double reference) {
        double distance = Math.abs(value.value() - reference);
        double reach = value.value() > reference ? value.value() - value.low() : value.high() - value.value();
        if (!(reach > 0)) {
            return CONFIDENCE_OF_INTERVAL; // identical observations give no certainty
        }
        return Math.clamp(normal(distance / reach * Estimate.Z95), 0.5, CONFIDENCE_MAX);
    }

    /**
     * Returns the standard normal distribution function for 0 or more (Abramowitz and Stegun 26.2.17, error below
     * 1e-7).
     */
    private static double normal(double z) {
        double t = 1 / (1 + 0.2316419 * z);
        double tail = StrictMath.exp(-z * z / 2)
                / Math.sqrt(2 * Math.PI)
                * t
                * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        return 1 - tail;
    }
}
