package dev.mindfulcode.projectionservice.analytics;

import java.util.Locale;

/** The status of a run, as stored in the read model. */
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
