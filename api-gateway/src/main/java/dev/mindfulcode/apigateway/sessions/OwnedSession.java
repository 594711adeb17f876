package dev.mindfulcode.apigateway.sessions;

import dev.mindfulcode.apigateway.log.LogPosition;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Whose a session id is, and how far the session's own events have brought it.
 *
 * @param status null until STARTED is known to be on the log
 * @param latest where the session's latest event is on the log; null as long as the status is
 */
record OwnedSession(
        UUID sessionId,
        UUID userId,
        Instant startedAt,
        @Nullable SessionLifecycle status,
        @Nullable Instant endedAt,
        @Nullable LogPosition latest) {

    OwnedSession with(SessionLifecycle next, @Nullable Instant ended, LogPosition position) {
        return new OwnedSession(sessionId, userId, startedAt, next, ended, position);
    }

    /** The same session, begun or ended at other times; who knows when it ended says that it has. */
    OwnedSession corrected(SessionCorrection correction, LogPosition position) {
        Instant began = correction.startedAt() == null ? startedAt : correction.startedAt();
        Instant ended = correction.endedAt() == null ? endedAt : correction.endedAt();
        return new OwnedSession(
                sessionId,
                userId,
                began,
                correction.endedAt() == null ? status : SessionLifecycle.ENDED,
                ended,
                position);
    }

    /** Whether there is such a session: it was started, and not deleted. */
    boolean exists() {
        return status != null && status != SessionLifecycle.DELETED;
    }
}
