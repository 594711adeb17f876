package dev.mindfulcode.projectionservice.minutes;

import java.util.UUID;

/**
 * The share of a session in a minute, at one version.
 *
 * @param sessionId nil if the record has none
 */
record MinuteRow(
        UUID userId,
        long minuteMs,
        UUID sessionId,
        long keystrokes,
        long errors,
        long contextSwitches,
        long activeMs,
        long flowMs,
        double intensityMs,
        long version) {

    double meanIntensity() {
        return activeMs == 0 ? 0 : Math.min(1, intensityMs / activeMs);
    }
}
