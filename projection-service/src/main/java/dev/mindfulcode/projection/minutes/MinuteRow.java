package dev.mindfulcode.projection.minutes;

import java.util.UUID;

/** What a user's minute came to, at one version. */
record MinuteRow(
        UUID userId,
        long minuteMs,
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
