package dev.mindfulcode.projectionservice.minutes;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The share of a session in a minute, at one version.
 *
 * @param sessionId nil if the record has none
 * @param reason why the session was not in flow at the end of the minute; null in flow or if unknown
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
        @Nullable String reason,
        long version) {

    double meanIntensity() {
        return activeMs == 0 ? 0 : Math.min(1, intensityMs / activeMs);
    }
}
