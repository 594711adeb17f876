package dev.mindfulcode.projectionservice.sessions;

import dev.mindfulcode.schemas.SessionEventKind;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The changes that consecutive events of a user make to a session's row; null: unchanged. Patches compose: applying
 * events that the row partly includes gives the same row as applying the missing events alone.
 *
 * @param firstMs time of the first event: the start of the session, unless one is stored
 * @param endedMs time of the first ENDED; later ones do not count
 * @param correctedStartMs of the last correction
 * @param correctedEndMs of the last correction
 * @param status active or paused, of the last event that sets it
 * @param eventOffset of the last event
 */
record UserReportedPatch(
        UUID sessionId,
        UUID userId,
        long firstMs,
        @Nullable Long endedMs,
        @Nullable Long correctedStartMs,
        @Nullable Long correctedEndMs,
        @Nullable String status,
        @Nullable Long statusMs,
        @Nullable ByteBuffer project,
        @Nullable ByteBuffer projectIndex,
        @Nullable String language,
        @Nullable ByteBuffer editor,
        long eventOffset) {

    /**
     * Returns the patch of a session's events, or null if none of them counts.
     *
     * @param events in the order of their partition
     * @param isKnown whether the row has a start
     */
    static @Nullable UserReportedPatch of(UUID sessionId, List<UserReportedEvent> events, boolean isKnown) {
        UserReportedPatch patch = null;
        for (UserReportedEvent event : events) {
            boolean isRepeatedStart = event.kind() == SessionEventKind.STARTED && (isKnown || patch != null);
            if (!isRepeatedStart) {
                patch = patch == null ? first(sessionId, event) : patch.and(event);
            }
        }
        return patch;
    }

    private static UserReportedPatch first(UUID sessionId, UserReportedEvent event) {
        return new UserReportedPatch(
                        sessionId,
                        event.userId(),
                        event.atMs(),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        event.offset())
                .and(event);
    }

    private UserReportedPatch and(UserReportedEvent event) {
        String newStatus = status(event.kind());
        return new UserReportedPatch(
                sessionId,
                userId,
                firstMs,
                endedMs == null && event.kind() == SessionEventKind.ENDED ? (Long) event.atMs() : endedMs,
                event.startedMs() == null ? correctedStartMs : event.startedMs(),
                event.endedMs() == null ? correctedEndMs : event.endedMs(),
                newStatus == null ? status : newStatus,
                newStatus == null ? statusMs : (Long) event.atMs(),
                later(event.project(), project),
                later(event.projectIndex(), projectIndex),
                later(event.language(), language),
                later(event.editor(), editor),
                event.offset());
    }

    private static @Nullable String status(SessionEventKind kind) {
        return switch (kind) {
            case PAUSED -> "paused";
            case RESUMED -> "active";
            case STARTED, UPDATED, ENDED, CORRECTED, DELETED, UNKNOWN -> null;
        };
    }

    private static <T> @Nullable T later(@Nullable T now, @Nullable T before) {
        return now == null ? before : now;
    }
}
