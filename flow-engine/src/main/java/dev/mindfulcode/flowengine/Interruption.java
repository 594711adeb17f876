package dev.mindfulcode.flowengine;

/** The cause of the end of a flow period. Ordinals are stored in session states: append, never reorder. */
public enum Interruption {
    UNKNOWN,
    /** No typing for {@link SessionState#PAUSE_TIMEOUT_MS}. */
    IDLE,
    /** Focus was the feature that had fallen the lowest. */
    CONTEXT_SWITCH,
    /** Corrections and failed builds weighed the most. */
    ERRORS,
    /** Rhythm, consistency or velocity had fallen the lowest. */
    RHYTHM_LOST,
    /** The user ended the session; not counted as an interruption. */
    SESSION_ENDED;

    private static final Interruption[] ALL = values();

    static Interruption ofCode(int code) {
        return ALL[code];
    }
}
