package dev.mindfulcode.flowengine;

/** Where a session stands. Codes (ordinals) are written into state: append, never reorder. */
public enum Status {
    /** Events arrive, or none has been missing for long. */
    ACTIVE,
    /** No activity for {@link SessionState#PAUSED_AFTER_MS}; the next activity resumes it. */
    PAUSED,
    /** No activity for {@link SessionState#ENDED_AFTER_MS}, or ended by the user. */
    ENDED;

    private static final Status[] ALL = values();

    static Status ofCode(int code) {
        return ALL[code];
    }
}
