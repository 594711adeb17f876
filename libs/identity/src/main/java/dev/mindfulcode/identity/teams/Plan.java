package dev.mindfulcode.identity.teams;

import java.util.Locale;

/** The plan of a team, set by an operator. */
public enum Plan {
    FREE,
    PREMIUM;

    /** Returns the plan as the API, the tables and the operator's command spell it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Plan of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
