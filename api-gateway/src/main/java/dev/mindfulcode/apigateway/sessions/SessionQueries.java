package dev.mindfulcode.apigateway.sessions;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.joining;

import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.dataprotection.SealedText;
import dev.mindfulcode.dataprotection.UserCipher;
import io.r2dbc.spi.Readable;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.r2dbc.core.DatabaseClient.GenericExecuteSpec;
import reactor.core.publisher.Mono;

/**
 * Queries sessions in the read model, and decrypts their projects and editors. A user without a key, who was erased,
 * has no sessions.
 */
public final class SessionQueries {

    private static final String SELECT = """
            SELECT session_id, status, started_at, ended_at, project, language, editor, keystrokes, errors,
                   files_modified, active_ms, flow_ms, intensity_ms, interruptions, next_sequence, reused_sequences,
                   version,
                   CASE WHEN keystrokes + errors + context_switches + files_modified + active_ms > 0
                       THEN first_activity_at END
                       AS typed_from,
                   CASE WHEN keystrokes + errors + context_switches + files_modified + active_ms > 0
                       THEN last_activity_at END
                       AS typed_to
            FROM readmodel.coding_sessions WHERE user_id = :user""";

    private static final String REACHES_INTO = " AND started_at < :to AND (ended_at IS NULL OR ended_at >= :from)";

    /** Conditions by parameter. Projects by blind indexes; languages regardless of case, by a built-in collation. */
    private static final Map<String, String> FILTERS = Map.of(
            "projects", " AND project_index IN (:projects)",
            "language",
                    " AND casefold(normalize(language, NFKC) COLLATE pg_unicode_fast)"
                            + " = casefold(normalize(:language, NFKC) COLLATE pg_unicode_fast)",
            "status", " AND status = :status");

    /** Enough for all devices of a user, as idle sessions end. */
    static final int CURRENT_MAX = 100;

    private static final Instant BEFORE_ALL = Instant.EPOCH;
    private static final Instant AFTER_ALL = Instant.parse("9999-12-31T00:00:00Z");

    private static final Logger log = LoggerFactory.getLogger(SessionQueries.class);

    private final Database database;
    private final AsyncUserCiphers ciphers;

    SessionQueries(Database database, AsyncUserCiphers ciphers) {
        this.database = database;
        this.ciphers = ciphers;
    }

    /** Emits nothing for a deleted session, even before the read model has the deletion. */
    Mono<Session> find(UUID userId, UUID sessionId, Instant now) {
        return ciphers.find(userId)
                .flatMap(cipher -> database.sql(
                                SELECT + " AND session_id = :session AND NOT EXISTS (SELECT FROM gateway.session_owners"
                                        + " WHERE session_id = :session AND status = 'deleted')")
                        .bind("user", userId)
                        .bind("session", sessionId)
                        .map(row -> session(row, now, cipher))
                        .one());
    }

    /** Emits the user's sessions among the given ids, unordered and without deleted ones. */
    public Mono<List<Session>> findAll(UUID userId, Collection<UUID> sessionIds, Instant now) {
        return ciphers.find(userId)
                .flatMap(cipher -> database.sql(SELECT + " AND session_id = ANY(:sessions) AND NOT EXISTS ("
                                + "SELECT FROM gateway.session_owners owned"
                                + " WHERE owned.session_id = coding_sessions.session_id AND owned.status = 'deleted')")
                        .bind("user", userId)
                        .bind("sessions", sessionIds.toArray(UUID[]::new))
                        .map(row -> session(row, now, cipher))
                        .all()
                        .collectList())
                .defaultIfEmpty(List.of());
    }

    /** Emits the user's active and paused sessions, latest first, at most {@link #CURRENT_MAX}. */
    public Mono<List<Session>> current(UUID userId, Instant now) {
        return ciphers.find(userId)
                .flatMap(cipher -> database.sql(SELECT
                                + " AND status <> 'ended' ORDER BY started_at DESC, session_id DESC LIMIT "
                                + CURRENT_MAX)
                        .bind("user", userId)
                        .map(row -> session(row, now, cipher))
                        .all()
                        .collectList())
                .defaultIfEmpty(List.of());
    }

    /** Emits a page of the user's sessions, latest first. The cursor is a position in the order of all sessions. */
    public Mono<List<Session>> page(
            UUID userId, HistoryFilter filter, @Nullable HistoryCursor after, int limit, Instant now) {
        return ciphers.find(userId)
                .flatMap(cipher -> page(userId, filter, after, limit, now, cipher))
                .defaultIfEmpty(List.of());
    }

    private Mono<List<Session>> page(
            UUID userId,
            HistoryFilter filter,
            @Nullable HistoryCursor after,
            int limit,
            Instant now,
            UserCipher cipher) {
        String project = filter.project();
        SessionLifecycle status = filter.status();
        Map<String, @Nullable Object> wanted = new LinkedHashMap<>();
        wanted.put("projects", project == null ? null : SealedText.PROJECT.indexes(project, cipher));
        wanted.put("language", filter.language());
        wanted.put("status", status == null ? null : status.text());
        wanted.values().removeIf(Objects::isNull);
        String filtered = wanted.keySet().stream().map(FILTERS::get).collect(joining());
        String past = after == null ? "" : " AND (started_at, session_id) < (:cursor_at, :cursor_id)";
        Instant from = filter.from();
        Instant to = filter.to();
        GenericExecuteSpec page = database.sql(SELECT + REACHES_INTO + filtered + past
                        + " ORDER BY started_at DESC, session_id DESC LIMIT :limit")
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
        return page.map(row -> session(row, now, cipher)).all().collectList();
    }

    private static @Nullable String text(Readable row, String column, SealedText text, UserCipher cipher) {
        byte[] sealed = row.get(column, byte[].class);
        return sealed == null ? null : open(sealed, text, cipher);
    }

    /** Returns null for text that cannot be decrypted. */
    static @Nullable String open(byte[] sealed, SealedText text, UserCipher cipher) {
        try {
            return text.open(sealed, cipher);
        } catch (GeneralSecurityException e) {
            log.error("Text of a session cannot be decrypted; left out: text={}", text);
            return null;
        }
    }

    private static Session session(Readable row, Instant now, UserCipher cipher) {
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
                text(row, "project", SealedText.PROJECT, cipher),
                row.get("language", String.class),
                text(row, "editor", SealedText.EDITOR, cipher),
                row.get("flow_ms", Long.class),
                activeMs == 0 ? null : Math.clamp(intensityMs / activeMs, 0.0, 1.0),
                row.get("interruptions", Long.class),
                row.get("next_sequence", Long.class),
                row.get("reused_sequences", Long.class),
                row.get("version", Long.class),
                new Session.ActivitySpan(row.get("typed_from", Instant.class), row.get("typed_to", Instant.class)));
    }
}
