package dev.mindfulcode.apigateway.flow;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mindfulcode.flowengine.insight.Estimate;
import java.math.BigDecimal;
import java.math.MathContext;
import org.jspecify.annotations.Nullable;

/**
 * An estimate as the API shows it: a value, its 95 % interval and how many observations it rests on.
 *
 * @param value null where the data set it no bound: fewer than half of what was looked at ended
 * @param low null where the data set no lower end
 * @param high null where the data set no upper end
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record EstimateView(
        @Nullable Double value,
        @Nullable Double low,
        @Nullable Double high,
        int samples) {

    /** Of what is small; a slope of errors a keystroke and week may be a few hundred thousandths. */
    private static final MathContext DIGITS = new MathContext(4);

    /** Four digits after the point, and so of anything from one on. */
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
