package dev.mindfulcode.flowengine;

/** The status of a session. Ordinals are stored in session states: append, never reorder. */
public enum ActivityStatus {
    /** The last activity is less than {@link SessionState#PAUSE_TIMEOUT_MS} ago. */
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
