package dev.mindfulcode.projectionservice.analytics;

import java.util.Locale;

/** How a run does, as the read model spells it. */
enum RunStatus {
    WAITING,
    REPLAYING,
    LIVE,
    FINISHED,
    FAILED,
    STOPPED;

    String text() {
        return name().toLowerCase(Locale.ROOT);
    }
}
