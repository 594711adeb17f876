package dev.mindfulcode.flowengine;

import static dev.mindfulcode.flowengine.StateBytes.getInt;
import static dev.mindfulcode.flowengine.StateBytes.getLong;
import static dev.mindfulcode.flowengine.StateBytes.getShort;

/**
 * The invariants of a session state. They detect most damaged values, and all that could push a reading out of range,
 * an index out of its array, or a sum over its limit. A checksum would cost as much as the change that each keystroke
 * makes.
 */
final class Integrity {
    /** 130 years of typing at one keystroke per second. */
    private static final long KEYSTROKES_MAX = 1L << 32;

    private static final long COUNT_MAX = 1L << 40;
    private static final int FLAGS_ALL = 127;

    private Integrity() {}

    static boolean holds(byte[] s) {
        return codesHold(s)
                && totalsHold(s)
                && timesHold(s)
                && windowHolds(s)
                && pastHolds(s)
                && reportedHolds(s)
                && FlowPhase.holds(s);
    }

    private static boolean codesHold(byte[] s) {
        float sensitivity = Float.intBitsToFloat(getInt(s, Layout.AT_SENSITIVITY));
        return isIn(s[Layout.AT_STATUS], 0, ActivityStatus.ENDED.ordinal())
                && isIn(s[Layout.AT_FLAGS], 0, FLAGS_ALL)
                && isIn(s[Layout.AT_INTERRUPTION], 0, Interruption.LEFT_WINDOW.ordinal())
                && sensitivity >= 0
                && sensitivity <= 1;
    }

    private static boolean totalsHold(byte[] s) {
        long keystrokes = getLong(s, Layout.AT_KEYSTROKES);
        long activeMs = getLong(s, Layout.AT_ACTIVE_MS);
        return isIn(keystrokes, 0, KEYSTROKES_MAX)
                && isIn(activeMs, 0, keystrokes * SessionState.ACTIVE_INTERVAL_MS_MAX)
                && isIn(getLong(s, Layout.AT_FLOW_MS), 0, activeMs)
                && isIn(getLong(s, Layout.AT_HELD_ACTIVE_MS), 0, activeMs)
                && isIn(getInt(s, Layout.AT_ACTIVE_SINCE_EVALUATION_MS), 0, activeMs)
                && isIn(getLong(s, Layout.AT_INTENSITY_UNITS), 0, activeMs * SessionState.INTENSITY_UNITS)
                && isIn(getInt(s, Layout.AT_INTENSITY), 0, SessionState.INTENSITY_UNITS)
                && isIn(getLong(s, Layout.AT_ERRORS), 0, COUNT_MAX)
                && isIn(getLong(s, Layout.AT_CONTEXT_SWITCHES), 0, COUNT_MAX)
                && isIn(getLong(s, Layout.AT_FILES_MODIFIED), 0, COUNT_MAX)
                && isIn(getLong(s, Layout.AT_INTERRUPTIONS), 0, COUNT_MAX);
    }

    private static boolean timesHold(byte[] s) {
        long last = getLong(s, Layout.AT_LAST_ACTIVITY_MS);
        if ((s[Layout.AT_FLAGS] & Layout.FLAG_STARTED) == 0 && (last != 0 || getLong(s, Layout.AT_KEYSTROKES) != 0)) {
            return false; // no start but a past: the first event would move the clock back
        }
        return isIn(last, 0, SessionState.TIME_MAX_MS)
                && isIn(getLong(s, Layout.AT_FIRST_ACTIVITY_MS), 0, last)
                && isIn(getLong(s, Layout.AT_EVALUATED_MS), 0, last)
                && isIn(getLong(s, Layout.AT_FLOW_STARTED_MS), 0, last)
                && isIn(getLong(s, Layout.AT_FOCUS_LOST_MS), 0, last)
                && isIn(getLong(s, Layout.AT_FLOW_ENDED_MS), 0, SessionState.TIME_MAX_MS)
                && isIn(getLong(s, Layout.AT_EARLIER_MS), 0, SessionState.TIME_MAX_MS)
                && isIn(getLong(s, Layout.AT_NEWEST_MINUTE), 0, last / 60_000);
    }

    /** Whether the stored counts are those of the ring. */
    private static boolean windowHolds(byte[] s) {
        int next = s[Layout.AT_RING_NEXT];
        int count = s[Layout.AT_RING_COUNT];
        if (!isIn(next, 0, Layout.RING_LENGTH - 1)
                || !isIn(count, 0, Layout.RING_LENGTH)
                || (count < Layout.RING_LENGTH && next != count)) {
            return false;
        }
        int corrections = 0;
        int inBursts = 0;
        // Comparing the sum of bin numbers needs no array, unlike recounting 64 bins.
        int binsOfRing = 0;
        int binsOfHistogram = 0;
        for (int slot = 0; slot < count; slot++) {
            int interval = getShort(s, Layout.AT_RING_INTERVALS + 2 * slot);
            if (interval < LogBins.BURST_BOUND_MS) {
                int bin = LogBins.of(interval);
                if (s[Layout.AT_WINDOW_HISTOGRAM + bin] <= 0) {
                    return false;
                }
                inBursts++;
                binsOfRing += bin;
            }
            corrections += KeystrokeWindow.isCorrection(s, slot) ? 1 : 0;
        }
        int total = 0;
        for (int bin = 0; bin < LogBins.COUNT; bin++) {
            int inBin = s[Layout.AT_WINDOW_HISTOGRAM + bin];
            if (!isIn(inBin, 0, count)) {
                return false;
            }
            total += inBin;
            binsOfHistogram += bin * inBin;
        }
        return total == inBursts
                && binsOfHistogram == binsOfRing
                && s[Layout.AT_WINDOW_IN_BURSTS] == inBursts
                && s[Layout.AT_WINDOW_CORRECTIONS] == corrections;
    }

    private static boolean pastHolds(byte[] s) {
        int personKeystrokes = getInt(s, Layout.AT_PERSON_KEYSTROKES);
        return isIn(personKeystrokes, 0, Baselines.PERSON_KEYSTROKES_MAX - 1L)
                && isIn(getInt(s, Layout.AT_PERSON_CORRECTIONS), 0, personKeystrokes)
                && isIn(getInt(s, Layout.AT_PERSON_QUARTER_SWITCHES), 0, Baselines.PERSON_KEYSTROKES_MAX - 1L)
                && isIn(getLong(s, Layout.AT_PERSON_ACTIVE_MS), 0, COUNT_MAX)
                && isIn(getInt(s, Layout.AT_PERSON_IN_BURSTS), 0, personKeystrokes)
                && sum(s, Layout.AT_PERSON_HISTOGRAM) == getInt(s, Layout.AT_PERSON_IN_BURSTS);
    }

    private static boolean reportedHolds(byte[] s) {
        for (int feature = 0; feature < FlowModel.FEATURES; feature++) {
            float score = ReportedFeatures.score(s, feature);
            if (!(score >= 0 && score <= 1)) {
                return false;
            }
        }
        return isIn(s[Layout.AT_REPORTED_BY_MACHINE], 0, 1)
                && isIn(ReportedFeatures.inWindow(s), 0, Layout.RING_LENGTH)
                && isIn(ReportedFeatures.inPast(s), 0, Baselines.PERSON_KEYSTROKES_MAX - 1L);
    }

    private static int sum(byte[] s, int atHistogram) {
        int sum = 0;
        for (int bin = 0; bin < LogBins.COUNT; bin++) {
            sum += getShort(s, atHistogram + 2 * bin);
        }
        return sum;
    }

    private static boolean isIn(long value, long min, long max) {
        return value >= min && value <= max;
    }
}
