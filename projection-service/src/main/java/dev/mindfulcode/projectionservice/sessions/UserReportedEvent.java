package dev.mindfulcode.projectionservice.sessions;

import dev.mindfulcode.schemas.SessionDetails;
import dev.mindfulcode.schemas.SessionEventKind;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * One thing that a user said about a session.
 *
 * @param startedMs null where not corrected
 * @param endedMs null where not corrected
 */
record UserReportedEvent(
        UUID userId,
        SessionEventKind kind,
        long atMs,
        @Nullable Long startedMs,
        @Nullable Long endedMs,
        @Nullable SessionDetails details,
        long offset) {}
