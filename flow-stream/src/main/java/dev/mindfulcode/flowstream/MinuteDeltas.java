package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.MinuteCover;
import dev.mindfulcode.flowengine.SessionState;
import java.util.Arrays;

/**
 * How much a session's totals grew in each minute that a batch touches, read off the totals before and after: what the
 * minutes add up to is therefore exactly what the session counts. Reusable, not thread-safe.
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
     * The minute before the current one where the last keystroke's interval began in it, and what of it is new there.
     */
    private int earlier = NONE;

    private int newInEarlierMs;
    private int newMs;

    /** Knows what a session covers of a minute already. */
    @FunctionalInterface
    interface CoverLoader {
        void load(long minuteMs, MinuteCover active, MinuteCover flow);
    }

    /** Returns when the minute begins that an instant lies in. */
    static long minuteOf(long atMs) {
        return Math.floorDiv(atMs, MINUTE_MS) * MINUTE_MS;
    }

    void begin(SessionState state, CoverLoader covers) {
        this.covers = covers;
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

    /**
     * Covers the active time before a keystroke in the current minute; the state is about to count it.
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

    /** Books what the state has counted of the active time that was just covered in the minutes in which it passed. */
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

    /** Books what the state has counted since the minute was entered. */
    void settle(SessionState state) {
        if (current != NONE) {
            grown[current].totals.addGrowth(before, state);
        }
        before.setTo(state);
    }

    int size() {
        return size;
    }

    long minuteMs(int index) {
        return minutesMs[index];
    }

    /** Returns by how much the session's totals grew in a minute, and all that it covers of it. */
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
