package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.ActivityStatus;
import dev.mindfulcode.flowengine.FlowReason;
import dev.mindfulcode.flowengine.MinuteCover;
import dev.mindfulcode.flowengine.SessionState;
import java.util.Arrays;

/**
 * The growth of a session's totals in each minute that a batch touches, as differences of the totals: the sum over
 * minutes is exactly what the session counts. Reusable, not thread-safe.
 *
 * <p>Active time belongs to the minutes in which it passed, and each moment of a session counts once, however many
 * batches cover it.
 */
final class MinuteDeltas {

    static final long MINUTE_MS = MinuteCover.MINUTE_MS;

    private static final int NONE = -1;
    private static final int INITIAL_LENGTH = 8;

    private long[] minutesMs = new long[INITIAL_LENGTH];
    private SessionMinute[] grown = new SessionMinute[INITIAL_LENGTH];
    private int size;
    private int current = NONE;
    private final MinuteTotals before = new MinuteTotals();
    private CoverLoader covers = (minuteMs, active, flow) -> {};

    private long flowBeforeMs;
    private double intensityBeforeMs;

    /**
     * The minute before the current one, if the interval of the last keystroke began in it, and its newly covered
     * time.
     */
    private int earlier = NONE;

    private int newInEarlierMs;
    private int newMs;

    /** Loads what a session already covers of a minute. */
    @FunctionalInterface
    interface CoverLoader {
        void load(long minuteMs, MinuteCover active, MinuteCover flow);
    }

    /** Returns the start of the minute of an instant. */
    static long minuteOf(long atMs) {
        return Math.floorDiv(atMs, MINUTE_MS) * MINUTE_MS;
    }

    void begin(SessionState state, CoverLoader covers) {
        this.covers = covers;
        size = 0;
        current = NONE;
        before.setTo(state);
    }

    /** Assigns what the state counts from now on to the minute of this instant. */
    void enter(long atMs, SessionState state) {
        long minuteMs = minuteOf(atMs);
        if (current == NONE || minutesMs[current] != minuteMs) {
            settle(state);
            current = indexOf(minuteMs);
        }
    }

    /**
     * Covers the active time before a keystroke in the current minute, before the state counts it.
     *
     * @return how much of it the session has not counted yet, in milliseconds
     */
    int addInterval(long atMs, int activeMs, SessionState state) {
        flowBeforeMs = state.flowMs();
        intensityBeforeMs = state.intensityMs();
        int toMs = (int) (atMs - minutesMs[current]);
        int fromMs = toMs - activeMs;
        newMs = grown[current].active.add(Math.max(fromMs, 0), toMs);
        earlier = NONE;
        newInEarlierMs = 0;
        if (fromMs < 0) {
            earlier = indexOf(minutesMs[current] - MINUTE_MS);
            newInEarlierMs = grown[earlier].active.add((int) MINUTE_MS + fromMs, (int) MINUTE_MS);
            newMs += newInEarlierMs;
        }
        return newMs;
    }

    /** Assigns what the state counted of the time just covered to the minutes in which it passed. */
    void addCovered(SessionState state) {
        boolean inFlow = state.flowMs() > flowBeforeMs;
        if (inFlow) {
            grown[current].flow.addLastAdditionOf(grown[current].active);
        }
        if (earlier == NONE) {
            return;
        }
        if (inFlow) {
            grown[earlier].flow.addLastAdditionOf(grown[earlier].active);
        }
        if (newInEarlierMs > 0) {
            // Intensity is a multiple of 2^-16 and so is its integral: nothing is rounded.
            double intensityMs = (state.intensityMs() - intensityBeforeMs) / newMs * newInEarlierMs;
            int flowMs = inFlow ? newInEarlierMs : 0;
            grown[earlier].totals.addTime(newInEarlierMs, flowMs, intensityMs);
            grown[current].totals.addTime(-newInEarlierMs, -flowMs, -intensityMs);
        }
    }

    /** Adds what the state counted since the minute was entered. */
    void settle(SessionState state) {
        if (current != NONE) {
            grown[current].totals.addGrowth(before, state);
            // What comes late, or after the end, says nothing about its minute.
            boolean isReading = state.status() == ActivityStatus.ACTIVE;
            if (isReading && minutesMs[current] == minuteOf(state.lastActivityAtMs())) {
                grown[current].reason = (byte) FlowReason.codeOf(state.reason());
            }
        }
        before.setTo(state);
    }

    int size() {
        return size;
    }

    long minuteMs(int index) {
        return minutesMs[index];
    }

    /** Returns the growth of the session's totals in a minute, and all that it covers of it. */
    SessionMinute grown(int index) {
        return grown[index];
    }

    private int indexOf(long minuteMs) {
        for (int i = size - 1; i >= 0; i--) {
            if (minutesMs[i] == minuteMs) {
                return i;
            }
        }
        if (size == minutesMs.length) {
            minutesMs = Arrays.copyOf(minutesMs, 2 * size);
            grown = Arrays.copyOf(grown, 2 * size);
        }
        minutesMs[size] = minuteMs;
        if (grown[size] == null) {
            grown[size] = new SessionMinute();
        }
        grown[size].clear();
        covers.load(minuteMs, grown[size].active, grown[size].flow);
        return size++;
    }
}
