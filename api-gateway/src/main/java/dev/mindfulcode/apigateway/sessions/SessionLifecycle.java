package dev.mindfulcode.apigateway.sessions;

import java.util.Locale;

/** Life cycle of a session as its user sees it. */
public enum SessionLifecycle {
    ACTIVE,
    PAUSED,
    ENDED,

    /** Deleted; its id stays reserved. */
    DELETED;

    /** Returns the spelling of API and tables. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static SessionLifecycle of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
