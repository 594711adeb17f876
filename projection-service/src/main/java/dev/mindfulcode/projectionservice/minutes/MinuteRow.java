package dev.mindfulcode.projectionservice.minutes;

import java.util.UUID;

/**
 * What a session counts in a minute, at one version.
 *
 * @param sessionId nil in rows of older records, which are sums over sessions
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
