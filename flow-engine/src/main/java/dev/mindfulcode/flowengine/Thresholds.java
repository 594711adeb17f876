package dev.mindfulcode.flowengine;

/**
 * The intensities between which flow begins and ends. Each model has its own, as intensities of different models are
 * not one scale.
 *
 * @param enterAtZero from which the conditions hold for a sensitivity of 0
 * @param enterAtOne the same for a sensitivity of 1; not higher
 * @param hysteresis by how much intensity must fall below that to leave; positive
 */
public record Thresholds(float enterAtZero, float enterAtOne, float hysteresis) {
    public Thresholds {
        if (!(enterAtZero >= enterAtOne && enterAtZero <= 1 && enterAtOne >= 0 && hysteresis > 0 && hysteresis <= 1)) {
            throw new IllegalArgumentException(
                    "thresholds must fall with sensitivity, within 0 and 1, and have a hysteresis");
        }
    }

    float enter(float sensitivity) {
        return enterAtZero + (enterAtOne - enterAtZero) * sensitivity;
    }
}
