package dev.mindfulcode.flowstream;

import dev.mindfulcode.engine.SessionState;
import java.util.Arrays;

/**
 * How much a session's totals grew in each minute that a batch touches, read off the totals before and after: what the minutes
 * add up to is therefore exactly what the session counts. Reusable, not thread-safe.
 */
final class MinuteDeltas {

    static final long MINUTE_MS = 60_000;

    private static final int NONE = -1;
    private static final int INITIAL_LENGTH = 8;

    private long[] minutesMs = new long[INITIAL_LENGTH];
    private MinuteTotals[] totals = new MinuteTotals[INITIAL_LENGTH];
    private int size;
    private int current = NONE;
    private final MinuteTotals before = new MinuteTotals();

    /** Returns when the minute begins that an instant lies in. */
    static long minuteOf(long atMs) {
        return Math.floorDiv(atMs, MINUTE_MS) * MINUTE_MS;
    }

    void begin(SessionState state) {
        size = 0;
        current = NONE;
        before.setTo(state);
    }

    /** Says that what the state counts from now on belongs to the minute of this instant. */
    void enter(long atMs, SessionState state) {
        long minuteMs = minuteOf(atMs);
        if (current == NONE || minutesMs[current] != minuteMs) {
            settle(state);
            current = indexOf(minuteMs);
        }
    }

    /** Books what the state has counted since the minute was entered. */
    void settle(SessionState state) {
        if (current != NONE) {
            totals[current].addGrowth(before, state);
        }
        before.setTo(state);
    }

    int size() {
        return size;
    }

    long minuteMs(int index) {
        return minutesMs[index];
    }

    MinuteTotals totals(int index) {
        return totals[index];
    }

    private int indexOf(long minuteMs) {
        for (int i = size - 1; i >= 0; i--) {
            if (minutesMs[i] == minuteMs) {
                return i;
            }
        }
        if (size == minutesMs.length) {
            minutesMs = Arrays.copyOf(minutesMs, 2 * size);
            totals = Arrays.copyOf(totals, 2 * size);
        }
        minutesMs[size] = minuteMs;
        if (totals[size] == null) {
            totals[size] = new MinuteTotals();
        }
        totals[size].clear();
        return size++;
    }
}
