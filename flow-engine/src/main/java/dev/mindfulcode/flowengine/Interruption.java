package dev.mindfulcode.flowengine;

/** The cause of the end of a flow period. Ordinals are stored in session states: append, never reorder. */
public enum Interruption {
    UNKNOWN,
    /** Silence: no typing for {@link SessionState#PAUSE_TIMEOUT_MS}, or shorter silences lowered intensity the most. */
    IDLE,
    /** Switches of file or window lowered intensity the most, or were far above the person's usual. */
    CONTEXT_SWITCH,
    /** Corrections and failed builds lowered intensity the most, or were far above the person's usual for minutes. */
    ERRORS,
    /** The rate of events or the time since the last edit or line lowered intensity the most. */
    RHYTHM_LOST,
    /** The user ended the session; not counted as an interruption. */
    SESSION_ENDED,
    /** Time outside the editor's window lowered intensity the most. */
    LEFT_WINDOW;

    private static final Interruption[] ALL = values();

    static Interruption ofCode(int code) {
        return ALL[code];
    }
}
