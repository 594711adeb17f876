package dev.mindfulcode.apigateway.teams;

import java.util.Locale;

/** What a team has paid for, or was given. */
public enum Plan {
    FREE,
    PREMIUM;

    /** As the API, the tables and the operator's command spell it. */
    String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    static Plan of(String text) {
        return valueOf(text.toUpperCase(Locale.ROOT));
    }
}
