package dev.mindfulcode.apigateway.flow;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mindfulcode.flowengine.insight.Estimate;
import java.math.BigDecimal;
import java.math.MathContext;
import org.jspecify.annotations.Nullable;

/**
 * An estimate in the API: a value, its 95 % interval and the number of observations.
 *
 * @param value null if the data do not determine it
 * @param low null if the data do not bound it
 * @param high null if the data do not bound it
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record EstimateView(
        @Nullable Double value,
        @Nullable Double low,
        @Nullable Double high,
        int samples) {

    /** Significant digits of values below 1; slopes can be a few hundred thousandths. */
    private static final MathContext DIGITS = new MathContext(4);

    /** Four decimals for values of 1 and more. */
    private static final double STEPS = 1e4;

    public static EstimateView of(Estimate estimate) {
        return new EstimateView(
                finite(estimate.value()), finite(estimate.low()), finite(estimate.high()), estimate.samples());
    }

    static @Nullable EstimateView orNull(@Nullable Estimate estimate) {
        return estimate == null ? null : of(estimate);
    }

    public static double rounded(double value) {
        return Math.abs(value) < 1
                ? new BigDecimal(value).round(DIGITS).doubleValue()
                : Math.round(value * STEPS) / STEPS;
    }

    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? rounded(value) : null;
    }
}
