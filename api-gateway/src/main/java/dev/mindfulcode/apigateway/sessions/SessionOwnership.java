package dev.mindfulcode.apigateway.sessions;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.LogPosition;
import dev.mindfulcode.schemas.Topics;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.UUID;
import org.springframework.r2dbc.core.DatabaseClient.GenericExecuteSpec;
import reactor.core.publisher.Mono;

/** The table {@code gateway.session_owners}. */
final class SessionOwnership {

    private static final String SELECT =
            "SELECT session_id, user_id, started_at, status, ended_at, log_partition, log_offset"
                    + " FROM gateway.session_owners WHERE session_id = :session AND user_id = :user";

    private final Database database;

    SessionOwnership(Database database) {
        this.database = database;
    }

    /** Claims an id for a user; emits whether it was free. */
    Mono<Boolean> claim(UUID sessionId, UUID userId, Instant startedAt) {
        return database.sql("INSERT INTO gateway.session_owners (session_id, user_id, started_at)"
                        + " VALUES (:session, :user, :started) ON CONFLICT (session_id) DO NOTHING")
                .bind("session", sessionId)
                .bind("user", userId)
                .bind("started", startedAt)
                .fetch()
                .rowsUpdated()
                .map(inserted -> inserted == 1);
    }

    /** Emits nothing if the id belongs to another user. */
    Mono<OwnedSession> find(UUID sessionId, UUID userId) {
        return one(database.sql(SELECT), sessionId, userId);
    }

    /** Locks the row until the transaction ends; emits nothing if another transaction holds the lock. */
    Mono<OwnedSession> lock(UUID sessionId, UUID userId) {
        return one(database.sql(SELECT + " FOR UPDATE SKIP LOCKED"), sessionId, userId);
    }

    /** Stores the state after an event. */
    Mono<OwnedSession> update(OwnedSession claim) {
        SessionLifecycle status = claim.status();
        LogPosition latest = claim.latest();
        if (status == null || latest == null) {
            return Mono.error(new IllegalArgumentException("The session has no event yet"));
        }
        GenericExecuteSpec update = database.sql(
                        "UPDATE gateway.session_owners SET status = :status, started_at = :started, ended_at = :ended,"
                                + " log_partition = :partition, log_offset = :offset WHERE session_id = :session")
                .bind("status", status.text())
                .bind("started", claim.startedAt())
                .bind("partition", latest.partition())
                .bind("offset", latest.offset())
                .bind("session", claim.sessionId());
        Instant endedAt = claim.endedAt();
        return (endedAt == null ? update.bindNull("ended", Instant.class) : update.bind("ended", endedAt))
                .fetch()
                .rowsUpdated()
                .thenReturn(claim);
    }

    private static Mono<OwnedSession> one(GenericExecuteSpec select, UUID sessionId, UUID userId) {
        return select.bind("session", sessionId)
                .bind("user", userId)
                .map(SessionOwnership::read)
                .one();
    }

    private static OwnedSession read(Readable row) {
        String status = row.get("status", String.class);
        Integer partition = row.get("log_partition", Integer.class);
        Long offset = row.get("log_offset", Long.class);
        return new OwnedSession(
                row.get("session_id", UUID.class),
                row.get("user_id", UUID.class),
                row.get("started_at", Instant.class),
                status == null ? null : SessionLifecycle.of(status),
                row.get("ended_at", Instant.class),
                partition == null || offset == null
                        ? null
                        : new LogPosition(Topics.SESSIONS.name(), partition, offset));
    }
}
