package dev.mindfulcode.ingestservice;

import dev.mindfulcode.schemas.CollectionLevel;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Whose session it is, and what they let the product collect of it.
 *
 * @param level of the owner
 * @param excludedBy {@code project} or {@code language} if the owner's settings exclude the session by it; else null
 */
record SessionAccess(
        UUID ownerId, CollectionLevel level, @Nullable String excludedBy) {

    boolean accepts(UUID userId, ParsedBatch batch) {
        return ownerId.equals(userId) && batch.content().isAllowedAt(level) && excludedBy == null;
    }

    /** Returns why a batch or report of the session is rejected; null if it is accepted. */
    static @Nullable Rejection rejection(@Nullable SessionAccess access, UUID userId, ParsedBatch batch) {
        if (access == null || !access.ownerId.equals(userId)) {
            // Foreign sessions like unknown ones, so that nobody can probe which ids exist.
            return new Rejection(
                    batch.index(),
                    ProblemType.UNKNOWN_SESSION,
                    "session_id",
                    "You have no session with this id; start it with POST /api/sessions/start");
        }
        if (!batch.content().isAllowedAt(access.level)) {
            return new Rejection(
                    batch.index(),
                    ProblemType.NOT_COLLECTED,
                    null,
                    "Your privacy setting collection_level is " + access.level.text() + ", which allows no "
                            + batch.content().kind() + "; drop this batch");
        }
        return access.excludedBy == null
                ? null
                : new Rejection(
                        batch.index(),
                        ProblemType.NOT_COLLECTED,
                        "session_id",
                        "Your privacy setting excluded_" + access.excludedBy + "s excludes this session by its "
                                + access.excludedBy + "; drop this batch");
    }
}
