package dev.mindfulcode.apigateway.sessions;

import java.util.Locale;

/** Where a session is in its life, as its user sees it. */
public enum SessionLifecycle {
    ACTIVE,
    PAUSED,
    ENDED,

    /** Known to nobody any more but to whoever would use its id again. */
    DELETED;

    /** As the API and the tables spell it. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static SessionLifecycle of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
