package dev.mindfulcode.flowengine;

import dev.mindfulcode.flowengine.history.WorkHistory;

/**
 * The byte layout of a session's state: {@link #SIZE_BYTES} bytes, little-endian, stored as they are (ADR 0007). A
 * change of an offset needs a new {@link #VERSION}.
 */
final class Layout {
    static final byte VERSION = 4;
    static final int SIZE_BYTES = 960;

    static final int RING_LENGTH = 100;
    /** Number of minutes with individual counts of switches and failures. */
    static final int MINUTES = 16;

    static final int MINUTE_BYTES = 4;

    static final int AT_VERSION = 0;
    static final int AT_STATUS = 1;
    static final int AT_FLAGS = 2;
    static final int AT_INTERRUPTION = 3;
    static final int AT_SENSITIVITY = 4;

    static final int AT_KEYSTROKES = 8;
    static final int AT_ERRORS = 16;
    static final int AT_CONTEXT_SWITCHES = 24;
    static final int AT_FILES_MODIFIED = 32;
    static final int AT_ACTIVE_MS = 40;
    static final int AT_FLOW_MS = 48;
    /** Integral of intensity over active time, in {@link SessionState#INTENSITY_UNITS} × ms: integers do not drift. */
    static final int AT_INTENSITY_UNITS = 56;

    static final int AT_INTERRUPTIONS = 64;
    static final int AT_FIRST_ACTIVITY_MS = 72;
    static final int AT_LAST_ACTIVITY_MS = 80;
    static final int AT_FLOW_STARTED_MS = 88;
    static final int AT_FLOW_ENDED_MS = 96;
    static final int AT_EVALUATED_MS = 104;
    static final int AT_HELD_ACTIVE_MS = 112;
    static final int AT_ACTIVE_SINCE_EVALUATION_MS = 120;
    static final int AT_INTENSITY = 124;

    static final int AT_RING_NEXT = 128;
    static final int AT_RING_COUNT = 129;
    static final int AT_WINDOW_CORRECTIONS = 130;
    static final int AT_WINDOW_IN_BURSTS = 131;

    /** Epoch minute of the newest of the {@link #MINUTES}. */
    static final int AT_NEWEST_MINUTE = 132;

    static final int AT_FOCUS_LOST_MS = 140;

    // The person: what freshAfter copies from session to session. Learns only from keystrokes that left the window.
    static final int AT_PERSON = 148;
    static final int AT_PERSON_KEYSTROKES = 148;
    static final int AT_PERSON_CORRECTIONS = 152;
    static final int AT_PERSON_IN_BURSTS = 156;
    static final int AT_PERSON_QUARTER_SWITCHES = 160;
    static final int AT_PERSON_ACTIVE_MS = 164;
    /** Keystrokes that clients reported as features. */
    static final int AT_PERSON_REPORTED = 172;

    static final int AT_PERSON_HISTOGRAM = 176;
    static final int PERSON_BYTES = 28 + 2 * LogBins.COUNT;

    static final int AT_WINDOW_HISTOGRAM = AT_PERSON + PERSON_BYTES;
    static final int AT_MINUTES = AT_WINDOW_HISTOGRAM + LogBins.COUNT;
    static final int AT_RING_INTERVALS = AT_MINUTES + MINUTES * MINUTE_BYTES;
    static final int AT_RING_CLASSES = AT_RING_INTERVALS + 2 * RING_LENGTH;
    /** One bit per keystroke of the ring: whether it was a correction. */
    static final int RING_CLASSES_BYTES = (RING_LENGTH + 7) / 8;

    /** Fingerprint of the model that scores the session; 0 before the first. */
    static final int AT_MODEL_FINGERPRINT = AT_RING_CLASSES + RING_CLASSES_BYTES;

    static final int AT_REPORTED_SCORES = AT_MODEL_FINGERPRINT + Integer.BYTES;
    static final int AT_REPORTED_KEYSTROKES = AT_REPORTED_SCORES + FlowModel.FEATURES * Float.BYTES;

    // Flow phase.
    /** Instants of typing since the last gap. */
    static final int AT_PRESENT_INSTANTS = AT_REPORTED_KEYSTROKES + Integer.BYTES;

    /** Mean struggle of the last minutes, in units of 1 / 65535. */
    static final int AT_ERROR_LEVEL = AT_PRESENT_INSTANTS + Short.BYTES;

    /** Bits: struggling, fragmented. */
    static final int AT_TROUBLE = AT_ERROR_LEVEL + Short.BYTES;

    /** Evaluations in a row without a person's typing. */
    static final int AT_MACHINE_EVALUATIONS = AT_TROUBLE + 1;

    static final int AT_PERIOD_MEANS = AT_MACHINE_EVALUATIONS + 1;

    // The person's own range: what freshAfter copies as well.
    /** Fingerprint of the intensities that are counted. */
    static final int AT_RANGE_MODEL = AT_PERIOD_MEANS + PeriodMeans.BYTES;

    static final int AT_RANGE_INSTANTS = AT_RANGE_MODEL + Integer.BYTES;
    static final int AT_RANGE_HISTOGRAM = AT_RANGE_INSTANTS + Short.BYTES;
    static final int RANGE_BYTES = Integer.BYTES + Short.BYTES + 2 * OwnRange.BINS;

    /** Last activity of the person's sessions before this one; 0 if there were none. */
    static final int AT_EARLIER_MS = AT_RANGE_MODEL + RANGE_BYTES;

    /** 1 if the last report was a machine's. */
    static final int AT_REPORTED_BY_MACHINE = AT_EARLIER_MS + Long.BYTES;

    // The person's work history: what freshAfter copies as well.
    static final int AT_HISTORY = AT_REPORTED_BY_MACHINE + 1;

    static final int USED_BYTES = AT_HISTORY + WorkHistory.SIZE_BYTES;

    // One minute.
    static final int MINUTE_FILE_SWITCHES = 0;
    static final int MINUTE_FOCUS_LOSSES = 1;
    static final int MINUTE_FAILURES = 2;
    static final int MINUTE_AWAY_QUARTER_S = 3;

    static final int FLAG_STARTED = 1;
    static final int FLAG_IN_FLOW = 2;
    static final int FLAG_ENDED_BY_USER = 4;
    static final int FLAG_AWAY = 8;
    static final int FLAG_SAVED = 16;
    /** The features were reported by the client. */
    static final int FLAG_REPORTED = 32;
    /** Set by typing since the window lost focus. */
    static final int FLAG_TYPED = 64;

    private Layout() {}
}
