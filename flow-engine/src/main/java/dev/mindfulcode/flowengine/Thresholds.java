package dev.mindfulcode.flowengine;

/**
 * The intensities at which flow begins and ends for a person of whom little is known: the lowest in the top share of a
 * population's instants. Each model has its own, as models differ in scale; the person's own
 * range replaces them ({@link OwnRange}).
 *
 * @param enterAtZero intensity at which flow begins for a sensitivity of 0
 * @param enterAtOne the same for a sensitivity of 1; not higher
 * @param hysteresis how far intensity must fall below that for flow to end; positive
 */
public record Thresholds(float enterAtZero, float enterAtOne, float hysteresis) {
    private static final float SHARE_AT_ZERO = 0.3f;
    private static final float SHARE_AT_ONE = 0.7f;

    /** Added to the share that flow begins in, for the share that it stays in. */
    public static final float HYSTERESIS_SHARE = 0.15f;

    /** Least fall of intensity that ends flow: in a narrow range, two shares may be one intensity. */
    static final float HYSTERESIS_MIN = 0.02f;

    public Thresholds {
        if (!(enterAtZero >= enterAtOne && enterAtZero <= 1 && enterAtOne >= 0 && hysteresis > 0 && hysteresis <= 1)) {
            throw new IllegalArgumentException("thresholds are " + enterAtZero + ", " + enterAtOne + ", hysteresis "
                    + hysteresis + "; must be 1 >= first >= second >= 0 and 0 < hysteresis <= 1");
        }
    }

    /** The lowest intensity in the top share of instants. */
    @FunctionalInterface
    public interface Quantile {
        float above(float share);
    }

    /** Returns the thresholds by the intensities of a population's instants. */
    public static Thresholds of(Quantile population) {
        float middle = shareInFlow(SessionState.SENSITIVITY_DEFAULT);
        float hysteresis = population.above(middle) - population.above(middle + HYSTERESIS_SHARE);
        return new Thresholds(
                population.above(SHARE_AT_ZERO), population.above(SHARE_AT_ONE), Math.max(hysteresis, HYSTERESIS_MIN));
    }

    /** Returns the share of a person's instants that counts as flow. */
    public static float shareInFlow(float sensitivity) {
        return SHARE_AT_ZERO + (SHARE_AT_ONE - SHARE_AT_ZERO) * sensitivity;
    }

    float enter(float sensitivity) {
        return enterAtZero + (enterAtOne - enterAtZero) * sensitivity;
    }
}
