package dev.mindfulcode.flowengine.insight;

/**
 * A value with its 95 % interval and how many observations it rests on.
 *
 * @param value in the unit of the statistic
 * @param low lower end; {@link Double#NEGATIVE_INFINITY} if the data do not bound it
 * @param high upper end; {@link Double#POSITIVE_INFINITY} if the data do not bound it
 * @param samples independent observations, not keystrokes
 */
public record Estimate(double value, double low, double high, int samples) {

    /** Two-sided 95 % quantile of the standard normal distribution. */
    static final double Z95 = 1.959963984540054;

    public Estimate {
        if (!(low <= value && value <= high)) {
            throw new IllegalArgumentException("value " + value + " is outside its interval " + low + " to " + high);
        }
    }
}
