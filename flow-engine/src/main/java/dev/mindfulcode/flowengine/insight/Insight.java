package dev.mindfulcode.flowengine.insight;

import dev.mindfulcode.flowengine.Recommendation;
import org.jspecify.annotations.Nullable;

/**
 * A sentence about a person's history with the numbers that it is based on.
 *
 * @param id stable, for example {@code peak-hour}
 * @param text an observation; neither a feeling nor a cause
 * @param measure name of the measure with its unit last, for example {@code resumption_lag_ms}
 * @param reference value that the estimate is compared with; null for a plain amount
 * @param confidence 0.95 to {@link #CONFIDENCE_MAX}: probability that a person for whom every comparison is false sees
 *     no sentence with as extreme a result ({@link Significance}); without a reference 0.95, that of the interval
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

    static final double CONFIDENCE_OF_INTERVAL = 0.95;

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

    /**
     * Creates an insight that compares the value with a reference.
     *
     * @param p one-sided probability of as extreme a value by chance
     */
    static Insight side(
            String id,
            String text,
            String measure,
            Estimate value,
            double reference,
            double p,
            Basis basis,
            @Nullable Recommendation suggestion) {
        return new Insight(id, text, measure, value, reference, Significance.confidence(p), basis, suggestion);
    }
}
