package dev.mindfulcode.gateway.flow;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mindfulcode.engine.insight.Estimate;
import org.jspecify.annotations.Nullable;

/**
 * An estimate as the API shows it: a value, its 95 % interval and how many observations it rests on.
 *
 * @param value null where the data set it no bound: fewer than half of what was looked at ended
 * @param low null where the data set no lower end
 * @param high null where the data set no upper end
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record Interval(
        @Nullable Double value,
        @Nullable Double low,
        @Nullable Double high,
        int samples) {

    /** Four digits after the point: a share of a hundredth of a percent, a hundredth of a millisecond. */
    private static final double STEPS = 1e4;

    static Interval of(Estimate estimate) {
        return new Interval(
                finite(estimate.value()), finite(estimate.low()), finite(estimate.high()), estimate.samples());
    }

    static @Nullable Interval orNull(@Nullable Estimate estimate) {
        return estimate == null ? null : of(estimate);
    }

    static double rounded(double value) {
        return Math.round(value * STEPS) / STEPS;
    }

    private static @Nullable Double finite(double value) {
        return Double.isFinite(value) ? rounded(value) : null;
    }
}
