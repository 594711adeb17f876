package dev.mindfulcode.flowengine;

import static dev.mindfulcode.flowengine.StateBytes.getInt;
import static dev.mindfulcode.flowengine.StateBytes.putInt;

import dev.mindfulcode.flowengine.history.WorkHistory;

/**
 * The five features as a client reported them last, and how many keystrokes its reports have counted: what a session
 * has in place of a {@link KeystrokeWindow} while its keystrokes stay with the client.
 */
final class ReportedFeatures {

    /** Mean interval inside bursts of the population, {@link PopulationPrior}. */
    private static final long KEYSTROKE_MS = 220;

    private static final int KEYSTROKES_PER_LINE = 40;

    private static final int RHYTHM = 0;
    private static final int VELOCITY = 4;

    private ReportedFeatures() {}

    static boolean areInUse(byte[] state) {
        return (state[Layout.AT_FLAGS] & Layout.FLAG_REPORTED) != 0;
    }

    static void put(byte[] state, FeatureReport report) {
        boolean again = areInUse(state) && isNeutral(score(state, RHYTHM), score(state, VELOCITY));
        boolean machine = isNeutral(report.rhythm(), report.velocity()) && (again || !hasBursts(report));
        state[Layout.AT_REPORTED_BY_MACHINE] = (byte) (machine ? 1 : 0);
        state[Layout.AT_FLAGS] |= Layout.FLAG_REPORTED;
        putScore(state, RHYTHM, report.rhythm());
        putScore(state, 1, report.focus());
        putScore(state, 2, report.consistency());
        putScore(state, 3, report.errorPenalty());
        putScore(state, VELOCITY, report.velocity());
        int keystrokes = getInt(state, Layout.AT_REPORTED_KEYSTROKES) + report.keystrokes();
        int inWindow = Math.min(keystrokes, Layout.RING_LENGTH);
        putInt(state, Layout.AT_REPORTED_KEYSTROKES, inWindow);
        leaveWindow(state, keystrokes - inWindow);
    }

    /**
     * Adds a report to the work history. It does not say when its events were: the keystrokes are spread evenly over as
     * many seconds as so many take, at least one in each bin, the lines evenly over the report; a loss of focus is at
     * its end.
     */
    static void addToHistory(WorkHistory history, long from, long to, FeatureReport report) {
        spread(history, from, to, report.keystrokes(), report.lines());
        if (report.focusLosses() > 0) {
            history.event(to, WorkHistory.Event.FOCUS_LOST);
        }
    }

    /** Adds typing without a pause. */
    static void addTyping(WorkHistory history, long from, long to) {
        spread(history, from, to, (to - from) / KEYSTROKE_MS, (to - from) / KEYSTROKE_MS / KEYSTROKES_PER_LINE);
    }

    private static void spread(WorkHistory history, long from, long to, long keystrokes, long lines) {
        long seconds = Math.clamp(keystrokes * KEYSTROKE_MS / 1_000, 1, Math.max((to - from) / 1_000, 1));
        long intervalMs = Math.clamp((to - from) / seconds, 1, WorkHistory.BIN_MS);
        long lastLineAt = lines == 0 ? -1 : to - (to - from) / (lines + 1);
        WorkHistory.Event event = keystrokes == 0 ? WorkHistory.Event.ACTIVITY : WorkHistory.Event.EDIT;
        for (long at = from; at < to; at += intervalMs) {
            boolean isLine = at <= lastLineAt && at + intervalMs > lastLineAt;
            history.event(at, isLine ? WorkHistory.Event.ENTER : event);
        }
        history.event(to, lines > 0 && from == to ? WorkHistory.Event.ENTER : event);
    }

    /**
     * Whether the last report was a machine's: rhythm and velocity are those of a window without bursts, and so are the
     * report's intervals or the scores of the report before it. A person's scores may be that by chance, once.
     */
    static boolean areOfMachine(byte[] state) {
        return state[Layout.AT_REPORTED_BY_MACHINE] != 0;
    }

    private static boolean isNeutral(float rhythm, float velocity) {
        return rhythm == 0.5f && velocity == 0.5f;
    }

    /** Whether an interval of a report is inside a burst. The first may not count as active, all others do. */
    private static boolean hasBursts(FeatureReport report) {
        return report.activeMs() < (report.keystrokes() - 1) * LogBins.BURST_BOUND_MS;
    }

    /** Moves the counted keystrokes to the person's past. */
    static void clear(byte[] state) {
        leaveWindow(state, getInt(state, Layout.AT_REPORTED_KEYSTROKES));
        putInt(state, Layout.AT_REPORTED_KEYSTROKES, 0);
        state[Layout.AT_FLAGS] &= ~Layout.FLAG_REPORTED;
    }

    /** Counts keystrokes of the past and halves at the same count as {@link Baselines}. */
    private static void leaveWindow(byte[] state, int keystrokes) {
        int past = getInt(state, Layout.AT_PERSON_REPORTED) + keystrokes;
        putInt(state, Layout.AT_PERSON_REPORTED, past >= Baselines.PERSON_KEYSTROKES_MAX ? past >> 1 : past);
    }

    static void read(byte[] state, FlowReading into) {
        into.setFeatures(score(state, 0), score(state, 1), score(state, 2), score(state, 3), score(state, 4));
    }

    /** Returns how many of the last {@link Layout#RING_LENGTH} keystrokes were reported since the last pause. */
    static int inWindow(byte[] state) {
        return getInt(state, Layout.AT_REPORTED_KEYSTROKES);
    }

    static int inPast(byte[] state) {
        return getInt(state, Layout.AT_PERSON_REPORTED);
    }

    static float score(byte[] state, int feature) {
        return Float.intBitsToFloat(getInt(state, Layout.AT_REPORTED_SCORES + feature * Float.BYTES));
    }

    private static void putScore(byte[] state, int feature, float score) {
        putInt(state, Layout.AT_REPORTED_SCORES + feature * Float.BYTES, Float.floatToRawIntBits(score));
    }
}
