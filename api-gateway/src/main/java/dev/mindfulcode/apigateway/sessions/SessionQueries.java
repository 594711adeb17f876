package dev.mindfulcode.apigateway.sessions;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import dev.mindfulcode.apigateway.database.Database;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.r2dbc.core.DatabaseClient.GenericExecuteSpec;
import reactor.core.publisher.Mono;

/** Sessions out of the read model. */
public final class SessionQueries {

    private static final String SELECT = """
            select session_id, status, started_at, ended_at, project, language, editor, keystrokes, errors, files_modified,
                   active_ms, flow_ms, intensity_ms, interruptions, next_sequence, reused_sequences, version,
                   case when keystrokes + errors + context_switches + files_modified + active_ms > 0 then first_activity_at end
                       as typed_from,
                   case when keystrokes + errors + context_switches + files_modified + active_ms > 0 then last_activity_at end
                       as typed_to
            from readmodel.coding_sessions where user_id = :user""";

    private static final String REACHES_INTO = " and started_at < :to and (ended_at is null or ended_at >= :from)";

    /** Upper and lower case of languages are one. The collation is built in, whatever the database's own is. */
    private static final String SAME_LANGUAGE = "casefold(normalize(language, NFKC) COLLATE pg_unicode_fast)"
            + " = casefold(normalize(:language, NFKC) COLLATE pg_unicode_fast)";

    /** More than anybody has devices; sessions end by themselves when idle. */
    static final int CURRENT_MAX = 100;

    private static final Instant BEFORE_ALL = Instant.EPOCH;
    private static final Instant AFTER_ALL = Instant.parse("9999-12-31T00:00:00Z");

    private final Database database;

    SessionQueries(Database database) {
        this.database = database;
    }

    /** Also before the read model knows of it, a session that was deleted is not there. */
    Mono<Session> find(UUID userId, UUID sessionId, Instant now) {
        return database.sql(SELECT + " and session_id = :session and not exists (select from gateway.session_owners"
                        + " where session_id = :session and status = 'deleted')")
                .bind("user", userId)
                .bind("session", sessionId)
                .map(row -> session(row, now))
                .one();
    }

    /** Those of the sessions that are the user's, in no order; without those deleted, as {@link #find}. */
    public Mono<List<Session>> findAll(UUID userId, Collection<UUID> sessionIds, Instant now) {
        return database.sql(SELECT
                        + " and session_id = any(:sessions) and not exists (select from gateway.session_owners owned"
                        + " where owned.session_id = coding_sessions.session_id and owned.status = 'deleted')")
                .bind("user", userId)
                .bind("sessions", sessionIds.toArray(UUID[]::new))
                .map(row -> session(row, now))
                .all()
                .collectList();
    }

    /**
     * Emits the user's sessions that are active or paused, on whatever device, the latest first and
     * {@link #CURRENT_MAX} at most.
     */
    public Mono<List<Session>> current(UUID userId, Instant now) {
        return database.sql(SELECT + " and status <> 'ended' order by started_at desc, session_id desc limit "
                        + CURRENT_MAX)
                .bind("user", userId)
                .map(row -> session(row, now))
                .all()
                .collectList();
    }

    /**
     * One page of a user's sessions, the latest first. The cursor is a place in the order of all sessions, so it says
     * the same whatever is filtered.
     */
    public Mono<List<Session>> page(
            UUID userId, HistoryFilter filter, @Nullable HistoryCursor after, int limit, Instant now) {
        SessionLifecycle status = filter.status();
        Map<String, @Nullable Object> wanted = new LinkedHashMap<>();
        wanted.put("project", filter.project());
        wanted.put("language", filter.language());
        wanted.put("status", status == null ? null : status.text());
        wanted.values().removeIf(Objects::isNull);
        String filtered = wanted.keySet().stream()
                .map(column -> " and " + (column.equals("language") ? SAME_LANGUAGE : column + " = :" + column))
                .collect(joining());
        String past = after == null ? "" : " and (started_at, session_id) < (:cursor_at, :cursor_id)";
        Instant from = filter.from();
        Instant to = filter.to();
        GenericExecuteSpec page = database.sql(SELECT + REACHES_INTO + filtered + past
                        + " order by started_at desc, session_id desc limit :limit")
                .bind("user", userId)
                .bind("from", from == null ? BEFORE_ALL : from)
                .bind("to", to == null ? AFTER_ALL : to)
                .bind("limit", limit);
        if (after != null) {
            page = page.bind("cursor_at", after.startedAt()).bind("cursor_id", after.sessionId());
        }
        for (Map.Entry<String, @Nullable Object> one : wanted.entrySet()) {
            page = page.bind(one.getKey(), requireNonNull(one.getValue()));
        }
        return page.map(row -> session(row, now)).all().collectList();
    }

    private static Session session(Readable row, Instant now) {
        Instant startedAt = row.get("started_at", Instant.class);
        Instant endedAt = row.get("ended_at", Instant.class);
        long activeMs = row.get("active_ms", Long.class);
        double intensityMs = row.get("intensity_ms", Double.class);
        return new Session(
                row.get("session_id", UUID.class),
                row.get("status", String.class),
                startedAt,
                endedAt,
                Session.duration(startedAt, endedAt, activeMs, now),
                activeMs,
                row.get("keystrokes", Long.class),
                row.get("errors", Long.class),
                row.get("files_modified", Long.class),
                row.get("project", String.class),
                row.get("language", String.class),
                row.get("editor", String.class),
                row.get("flow_ms", Long.class),
                activeMs == 0 ? null : Math.clamp(intensityMs / activeMs, 0.0, 1.0),
                row.get("interruptions", Long.class),
                row.get("next_sequence", Long.class),
                row.get("reused_sequences", Long.class),
                row.get("version", Long.class),
                new Session.ActivitySpan(row.get("typed_from", Instant.class), row.get("typed_to", Instant.class)));
    }
}
