package dev.mindfulcode.projectionservice.sessions;

import dev.mindfulcode.schemas.SessionEventKind;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An event that the user reported about a session.
 *
 * @param startedMs null if not corrected
 * @param endedMs null if not corrected
 * @param project encrypted, as are its index and the editor; null if unchanged
 */
record UserReportedEvent(
        UUID userId,
        SessionEventKind kind,
        long atMs,
        @Nullable Long startedMs,
        @Nullable Long endedMs,
        @Nullable ByteBuffer project,
        @Nullable ByteBuffer projectIndex,
        @Nullable String language,
        @Nullable ByteBuffer editor,
        long offset) {}
