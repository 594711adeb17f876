package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.MinuteCover;

/**
 * A user's minute over their sessions: keystrokes and other counts are sums; active time and time in flow are unions,
 * so that two editors never make a minute longer than it is. Reusable, not thread-safe.
 */
final class UserMinute {

    private static final double INTENSITY_UNITS = 1 << 16;

    private final MinuteTotals totals = new MinuteTotals();
    private final MinuteTotals share = new MinuteTotals();
    private final MinuteCover active = new MinuteCover();
    private final MinuteCover flow = new MinuteCover();
    private boolean isEmpty = true;

    void clear() {
        if (!isEmpty) {
            totals.clear();
            active.clear();
            flow.clear();
            isEmpty = true;
        }
    }

    MinuteTotals totals() {
        return totals;
    }

    /**
     * Adds a session.
     *
     * @return its share: of time, what no session before it covers. Valid until the next call.
     */
    MinuteTotals add(SessionMinute session) {
        share.clear();
        share.add(session.totals);
        share.activeMs = active.add(session.active);
        share.flowMs = flow.add(session.flow);
        if (share.activeMs != session.totals.activeMs) {
            // Intensity shrinks with the time, and stays a mean. Whole units, so that sums are exact.
            double intensityUnits =
                    session.totals.intensityMs * INTENSITY_UNITS / session.totals.activeMs * share.activeMs;
            share.intensityMs = Math.floor(intensityUnits) / INTENSITY_UNITS;
        }
        totals.add(share);
        isEmpty = false;
        return share;
    }
}
