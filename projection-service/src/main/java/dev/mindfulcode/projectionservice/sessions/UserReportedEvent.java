package dev.mindfulcode.projectionservice.sessions;

import dev.mindfulcode.schemas.SessionDetails;
import dev.mindfulcode.schemas.SessionEventKind;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An event that the user reported about a session.
 *
 * @param startedMs null if not corrected
 * @param endedMs null if not corrected
 */
record UserReportedEvent(
        UUID userId,
        SessionEventKind kind,
        long atMs,
        @Nullable Long startedMs,
        @Nullable Long endedMs,
        @Nullable SessionDetails details,
        long offset) {}
