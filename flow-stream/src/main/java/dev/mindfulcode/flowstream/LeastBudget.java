package dev.mindfulcode.flowstream;

import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;

/**
 * The least privacy budget that any team has left in its latest calendar month. It names no team. Thread-safe.
 */
final class LeastBudget {

    private static final double MICROS = 1e6;

    private YearMonth month = YearMonth.of(1970, 1);
    private long leastMicros;

    /** Sets the budget of a month, before any team has spent of it. */
    synchronized void start(long monthMicros) {
        if (leastMicros == 0 && month.getYear() == 1970) {
            leastMicros = monthMicros;
        }
    }

    /** @param dayMs start of the day that closed, in epoch milliseconds */
    synchronized void observe(long dayMs, long leftMicros) {
        YearMonth closed = YearMonth.from(Instant.ofEpochMilli(dayMs).atOffset(ZoneOffset.UTC));
        if (closed.isAfter(month)) {
            month = closed;
            leastMicros = leftMicros;
        } else if (closed.equals(month)) {
            leastMicros = Math.min(leastMicros, leftMicros);
        }
    }

    synchronized double rho() {
        return leastMicros / MICROS;
    }
}
