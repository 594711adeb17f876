package dev.mindfulcode.apigateway.sessions;

import dev.mindfulcode.apigateway.log.LogPosition;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Owner and state of a session by its own events.
 *
 * @param status null until STARTED is published
 * @param latest position of the session's latest event; null while the status is
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

    /** Returns the session with corrected times; a corrected end ends it. */
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

    /** Returns whether the session was started and not deleted. */
    boolean exists() {
        return status != null && status != SessionLifecycle.DELETED;
    }
}
