package dev.mindfulcode.flowengine;

/** Where a session stands. Codes (ordinals) are written into state: append, never reorder. */
public enum ActivityStatus {
    /** Events arrive, or none has been missing for long. */
    ACTIVE,
    /** No activity for {@link SessionState#PAUSE_TIMEOUT_MS}; the next activity resumes it. */
    PAUSED,
    /** No activity for {@link SessionState#END_TIMEOUT_MS}, or ended by the user. */
    ENDED;

    private static final ActivityStatus[] ALL = values();

    static ActivityStatus ofCode(int code) {
        return ALL[code];
    }
}
