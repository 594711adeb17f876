package dev.mindfulcode.flowengine;

import static dev.mindfulcode.flowengine.StateBytes.getInt;
import static dev.mindfulcode.flowengine.StateBytes.putInt;

/**
 * The five features as a client reported them last, and how many keystrokes its reports have counted: what a session
 * has in place of a {@link KeystrokeWindow} while its keystrokes stay with the client.
 */
final class ReportedFeatures {

    private ReportedFeatures() {}

    static boolean areInUse(byte[] state) {
        return (state[Layout.AT_FLAGS] & Layout.FLAG_REPORTED) != 0;
    }

    static void put(byte[] state, FeatureReport report) {
        state[Layout.AT_FLAGS] |= Layout.FLAG_REPORTED;
        putScore(state, 0, report.rhythm());
        putScore(state, 1, report.focus());
        putScore(state, 2, report.consistency());
        putScore(state, 3, report.errorPenalty());
        putScore(state, 4, report.velocity());
        int keystrokes = getInt(state, Layout.AT_REPORTED_KEYSTROKES) + report.keystrokes();
        int inWindow = Math.min(keystrokes, Layout.RING_LENGTH);
        putInt(state, Layout.AT_REPORTED_KEYSTROKES, inWindow);
        leaveWindow(state, keystrokes - inWindow);
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
