package dev.mindfulcode.flowengine.insight;

import dev.mindfulcode.flowengine.Recommendation;
import org.jspecify.annotations.Nullable;

/**
 * A sentence about a person's past with the numbers that it stands on.
 *
 * @param id stable, for example {@code peak-hour}
 * @param text what was seen; never how somebody feels, never why
 * @param measure what {@code value} measures, with its unit last, for example {@code interruption_cost_ms}
 * @param value with its interval
 * @param reference what the value is set against; null where the sentence only says how much
 * @param confidence 0.5 to {@link #CONFIDENCE_MAX}: how probable it is, by the normal approximation and for this
 *     sentence alone, that the value lies on the side of the reference that the sentence says; 0.95, that of the
 *     interval, where there is no reference or no spread
 * @param basis which part of the history it comes from
 * @param suggestion what might help, with how long it is not repeated; null where there is nothing sensible to suggest
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

    /** Nothing worked out from someone's keyboard is surer than this. */
    public static final double CONFIDENCE_MAX = 0.99;

    private static final double CONFIDENCE_OF_INTERVAL = 0.95;

    /** Where the numbers come from; which days that were is known to who asked. */
    public enum Basis {
        HOURS,
        STRETCHES,
        PERIODS,
        SESSIONS,
        DAYS
    }

    /** A sentence that says how much. */
    static Insight amount(
            String id, String text, String measure, Estimate value, Basis basis, @Nullable Recommendation suggestion) {
        return new Insight(id, text, measure, value, null, CONFIDENCE_OF_INTERVAL, basis, suggestion);
    }

    /** A sentence that says on which side of the reference the value lies. */
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
            return CONFIDENCE_OF_INTERVAL; // no spread is no certainty: little was seen, and all of it alike
        }
        return Math.clamp(normal(distance / reach * Estimate.Z95), 0.5, CONFIDENCE_MAX);
    }

    /** Distribution function of the standard normal at 0 or more (Abramowitz and Stegun 26.2.17, error below 1e-7). */
    private static double normal(double z) {
        double t = 1 / (1 + 0.2316419 * z);
        double tail = StrictMath.exp(-z * z / 2)
                / Math.sqrt(2 * Math.PI)
                * t
                * (0.319381530 + t * (-0.356563782 + t * (1.781477937 + t * (-1.821255978 + t * 1.330274429))));
        return 1 - tail;
    }
}
