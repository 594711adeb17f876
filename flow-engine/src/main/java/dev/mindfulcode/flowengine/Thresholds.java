package dev.mindfulcode.flowengine;

/**
 * The intensities at which flow begins and ends. Each model has its own, as models differ in scale.
 *
 * @param enterAtZero intensity at which flow begins for a sensitivity of 0
 * @param enterAtOne the same for a sensitivity of 1; not higher
 * @param hysteresis how far intensity must fall below that for flow to end; positive
 */
public record Thresholds(float enterAtZero, float enterAtOne, float hysteresis) {
    public Thresholds {
        if (!(enterAtZero >= enterAtOne && enterAtZero <= 1 && enterAtOne >= 0 && hysteresis > 0 && hysteresis <= 1)) {
            throw new IllegalArgumentException("thresholds are " + enterAtZero + ", " + enterAtOne + ", hysteresis "
                    + hysteresis + "; must be 1 >= first >= second >= 0 and 0 < hysteresis <= 1");
        }
    }

    float enter(float sensitivity) {
        return enterAtZero + (enterAtOne - enterAtZero) * sensitivity;
    }
}
