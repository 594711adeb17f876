package dev.mindfulcode.flowengine;

import dev.mindfulcode.flowengine.history.WorkHistory;

/**
 * The layouts of a session's state before the present {@link Layout}, and their conversion to it. Nothing is lost that
 * is still used. The work history begins with the last minutes; the person's own range, which layout 2 did not have,
 * begins empty.
 */
public final class EarlierLayouts {
    private static final byte VERSION_2 = 2;
    private static final byte VERSION_3 = 3;
    private static final int SIZE_2_BYTES = 968;
    private static final int SIZE_3_BYTES = 952;

    // Both layouts.
    /** Up to here all layouts are the same. */
    private static final int AT_SESSION_TOTAL = 132;

    private static final int AT_NEWEST_MINUTE = 136;
    private static final int AT_FOCUS_LOST_MS = 144;
    private static final int AT_PERSON = 160;

    /** From keystrokes to active time. */
    private static final int PERSON_COUNTS_BYTES = 24;

    private static final int AT_PERSON_REPORTED = 188;
    private static final int AT_PERSON_HISTOGRAM = 192;
    private static final int AT_WINDOW_HISTOGRAM = 448;
    private static final int AT_MINUTES = 512;
    /** Of one minute: events and thirds with activity, which the work history has now. */
    private static final int MINUTE_ACTIVITY_BYTES = 2;

    private static final int THIRDS = 3;
    private static final long MINUTE_MS = 60_000;

    private static final int REPORTED_BYTES = Integer.BYTES + FlowModel.FEATURES * Float.BYTES + Integer.BYTES;

    // Layout 2: a byte for each keystroke's class.
    private static final int MINUTE_2_BYTES = 8;
    private static final int AT_RING_INTERVALS_2 = 640;
    private static final int AT_RING_CLASSES_2 = 840;
    private static final int AT_MODEL_FINGERPRINT_2 = 940;

    // Layout 3: a bit for each, then flow relative to the person.
    private static final int MINUTE_3_BYTES = 6;
    private static final int AT_RING_INTERVALS_3 = 608;
    private static final int AT_RING_CLASSES_3 = 808;
    private static final int AT_MODEL_FINGERPRINT_3 = 821;
    private static final int AT_PHASE_3 = 849;
    /** Instants, error level, trouble and machine evaluations; then the means of an open period. */
    private static final int PHASE_BYTES = 6;

    private static final int AT_RANGE_3 = 871;
    private static final int RANGE_EARLIER_AND_MACHINE_BYTES = Layout.RANGE_BYTES + Long.BYTES + 1;

    private EarlierLayouts() {}

    /** Returns the length of a state of a layout before the present one, 2 or 3. */
    public static int sizeBytes(int version) {
        return switch (version) {
            case VERSION_2 -> SIZE_2_BYTES;
            case VERSION_3 -> SIZE_3_BYTES;
            default -> throw new IllegalArgumentException("layout " + version + " is not an earlier one: 2 or 3");
        };
    }

    /**
     * Returns a state of a layout before the present one in the present layout.
     *
     * @throws IllegalArgumentException if it is not one, or damaged
     */
    public static byte[] converted(byte[] earlier) {
        byte version = earlier.length == 0 ? 0 : earlier[Layout.AT_VERSION];
        boolean is2 = version == VERSION_2 && earlier.length == SIZE_2_BYTES;
        if (!is2 && !(version == VERSION_3 && earlier.length == SIZE_3_BYTES)) {
            throw new IllegalArgumentException("not a session state of an earlier layout; recompute it from the log");
        }
        byte[] state = new byte[Layout.SIZE_BYTES];
        System.arraycopy(earlier, 0, state, 0, AT_SESSION_TOTAL);
        state[Layout.AT_VERSION] = Layout.VERSION;
        System.arraycopy(earlier, AT_NEWEST_MINUTE, state, Layout.AT_NEWEST_MINUTE, Long.BYTES);
        System.arraycopy(earlier, AT_FOCUS_LOST_MS, state, Layout.AT_FOCUS_LOST_MS, Long.BYTES);
        System.arraycopy(earlier, AT_PERSON, state, Layout.AT_PERSON, PERSON_COUNTS_BYTES);
        System.arraycopy(earlier, AT_PERSON_REPORTED, state, Layout.AT_PERSON_REPORTED, Integer.BYTES);
        System.arraycopy(earlier, AT_PERSON_HISTOGRAM, state, Layout.AT_PERSON_HISTOGRAM, 2 * LogBins.COUNT);
        System.arraycopy(earlier, AT_WINDOW_HISTOGRAM, state, Layout.AT_WINDOW_HISTOGRAM, LogBins.COUNT);
        copyMinutes(earlier, is2 ? MINUTE_2_BYTES : MINUTE_3_BYTES, state);
        int intervals = is2 ? AT_RING_INTERVALS_2 : AT_RING_INTERVALS_3;
        System.arraycopy(earlier, intervals, state, Layout.AT_RING_INTERVALS, 2 * Layout.RING_LENGTH);
        int fingerprint = is2 ? AT_MODEL_FINGERPRINT_2 : AT_MODEL_FINGERPRINT_3;
        System.arraycopy(earlier, fingerprint, state, Layout.AT_MODEL_FINGERPRINT, REPORTED_BYTES);
        if (is2) {
            for (int slot = 0; slot < Layout.RING_LENGTH; slot++) {
                KeystrokeWindow.setCorrection(state, slot, earlier[AT_RING_CLASSES_2 + slot] != 0);
            }
        } else {
            System.arraycopy(earlier, AT_RING_CLASSES_3, state, Layout.AT_RING_CLASSES, Layout.RING_CLASSES_BYTES);
            System.arraycopy(earlier, AT_PHASE_3, state, Layout.AT_PRESENT_INSTANTS, PHASE_BYTES);
            System.arraycopy(earlier, AT_RANGE_3, state, Layout.AT_RANGE_MODEL, RANGE_EARLIER_AND_MACHINE_BYTES);
        }
        WorkHistory.putFresh(state, Layout.AT_HISTORY);
        addRecentHistory(earlier, is2 ? MINUTE_2_BYTES : MINUTE_3_BYTES, state);
        SessionState.requireReadable(state);
        return state;
    }

    /** The last minutes have counts of events and thirds with activity: enough for presence and rates. */
    private static void addRecentHistory(byte[] earlier, int minuteBytes, byte[] state) {
        WorkHistory history = new WorkHistory().wrap(state, Layout.AT_HISTORY);
        long lastMs = StateBytes.getLong(state, Layout.AT_LAST_ACTIVITY_MS);
        long newest = StateBytes.getLong(state, Layout.AT_NEWEST_MINUTE);
        for (long minute = Math.max(newest - Layout.MINUTES + 1, 0); minute <= newest; minute++) {
            int at = AT_MINUTES + (int) (minute % Layout.MINUTES) * minuteBytes;
            int events = earlier[at] & 0xFF;
            int thirds = earlier[at + 1];
            for (int third = 0; third < THIRDS; third++) {
                int seconds = (thirds >> third & 1) == 0 ? 0 : Math.clamp(events / THIRDS, 1, 20);
                for (int second = 0; second < seconds; second++) {
                    long ms = minute * MINUTE_MS + third * WorkHistory.BIN_MS + second * 1_000L;
                    history.event(Math.min(ms, lastMs), WorkHistory.Event.EDIT);
                }
            }
        }
        if (lastMs > 0) {
            history.event(lastMs, WorkHistory.Event.EDIT);
        }
    }

    private static void copyMinutes(byte[] earlier, int minuteBytes, byte[] state) {
        for (int minute = 0; minute < Layout.MINUTES; minute++) {
            System.arraycopy(
                    earlier,
                    AT_MINUTES + minute * minuteBytes + MINUTE_ACTIVITY_BYTES,
                    state,
                    Layout.AT_MINUTES + minute * Layout.MINUTE_BYTES,
                    Layout.MINUTE_BYTES);
        }
    }
}
