package dev.mindfulcode.projectionservice.sessions;

import dev.mindfulcode.schemas.SessionDetails;
import dev.mindfulcode.schemas.SessionEventKind;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What a stretch of a user's events changes in a session's row; null: unchanged. Patches compose: applying a stretch
 * that begins before the row's own offset and ends after it gives the same row as the missing events alone.
 *
 * @param firstMs when the first of them happened: the start of the session, unless one is known
 * @param endedMs when the first ENDED happened; the first one counts
 * @param correctedStartMs as the last correction has it
 * @param correctedEndMs as the last correction has it
 * @param status active or paused, by the last event that says so
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
        @Nullable String project,
        @Nullable String language,
        @Nullable String editor,
        long eventOffset) {

    /**
     * Folds what was said of a session.
     *
     * @param all in the order of their partition
     * @param isKnown whether the row has heard of its session's start
     * @return null where nothing of it counts
     */
    static @Nullable UserReportedPatch of(UUID sessionId, List<UserReportedEvent> all, boolean isKnown) {
        UserReportedPatch patch = null;
        for (UserReportedEvent said : all) {
            boolean isRepeatedStart = said.kind() == SessionEventKind.STARTED && (isKnown || patch != null);
            if (!isRepeatedStart) {
                patch = patch == null ? first(sessionId, said) : patch.and(said);
            }
        }
        return patch;
    }

    private static UserReportedPatch first(UUID sessionId, UserReportedEvent said) {
        return new UserReportedPatch(
                        sessionId,
                        said.userId(),
                        said.atMs(),
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        null,
                        said.offset())
                .and(said);
    }

    private UserReportedPatch and(UserReportedEvent said) {
        String says = said(said.kind());
        SessionDetails details = said.details() == null ? new SessionDetails() : said.details();
        return new UserReportedPatch(
                sessionId,
                userId,
                firstMs,
                endedMs == null && said.kind() == SessionEventKind.ENDED ? (Long) said.atMs() : endedMs,
                said.startedMs() == null ? correctedStartMs : said.startedMs(),
                said.endedMs() == null ? correctedEndMs : said.endedMs(),
                says == null ? status : says,
                says == null ? statusMs : (Long) said.atMs(),
                text(details.getProject(), project),
                text(details.getLanguage(), language),
                text(details.getEditor(), editor),
                said.offset());
    }

    private static @Nullable String said(SessionEventKind kind) {
        return switch (kind) {
            case PAUSED -> "paused";
            case RESUMED -> "active";
            case STARTED, UPDATED, ENDED, CORRECTED, DELETED, UNKNOWN -> null;
        };
    }

    /** Postgres has no text with a zero character in it. */
    private static @Nullable String text(@Nullable String now, @Nullable String before) {
        return now == null ? before : now.replace("\0", "");
    }
}
