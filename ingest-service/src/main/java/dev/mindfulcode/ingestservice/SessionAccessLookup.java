package dev.mindfulcode.ingestservice;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mindfulcode.dataprotection.StandingConnection;
import dev.mindfulcode.schemas.CollectionLevel;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTimeoutException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks up whose a session is and whether its keystrokes are collected, in a cache, then in the tables {@code
 * gateway.session_owners} and {@code gateway.privacy_settings}. What it returns was true less than
 * {@link SettingsWatch#LEASE} ago. Thread-safe.
 *
 * <p>An id without a status is claimed for a session that has not started, and may not: it is unknown. Unknown sessions
 * are not cached. A lookup waits for a query that starts after it and serves all lookups that came while the query
 * before ran: a session started just before is found, and a flood of invented ids costs one connection and an index
 * probe each.
 */
final class SessionAccessLookup implements AutoCloseable {

    /** An entry has about 170 bytes. */
    static final int CACHE_SIZE = 100_000;

    static final Duration CACHE_IDLE_RETENTION = Duration.ofHours(12);

    /** Further lookups are rejected with {@link ProblemType#OVERLOADED}. */
    static final int PENDING_MAX = 10_000;

    /** Longer than any query. */
    private static final Duration RESULT_AGE_MAX = Duration.ofMinutes(1);

    private static final int QUERY_SESSIONS_MAX = 1_000;
    private static final int QUERY_TIMEOUT_SECONDS = 5;

    /** Queries that took longer than their result is valid are repeated. */
    private static final int ATTEMPTS_MAX = 3;

    private static final String SELECT = """
            SELECT session_id, user_id, collection_level, excluded_by
            FROM gateway.session_owners LEFT JOIN gateway.privacy_settings USING (user_id)
            WHERE session_id = ANY (?) AND status IS NOT NULL""";

    private static final Logger log = LoggerFactory.getLogger(SessionAccessLookup.class);

    private final SettingsWatch watch;
    private final Cache<UUID, SessionAccess> sessions = Caffeine.newBuilder()
            .maximumSize(CACHE_SIZE)
            .expireAfterAccess(CACHE_IDLE_RETENTION)
            .build();

    /** Guarded by itself, as is {@link #querying}. */
    private final Map<UUID, CompletableFuture<Optional<SessionAccess>>> pending = new LinkedHashMap<>();

    private boolean querying;

    /** When a poll last found a change of a user. Results that were read before are not cached. */
    private final Cache<UUID, Long> changedNs =
            Caffeine.newBuilder().expireAfterWrite(RESULT_AGE_MAX).build();

    /** Used by the one querying thread and by close. */
    private final StandingConnection connection;

    SessionAccessLookup(DataSource dataSource) {
        this.connection = new StandingConnection(dataSource, true);
        this.watch = new SettingsWatch(dataSource, this::forget, sessions::invalidateAll);
        watch.start();
    }

    /** Returns what is known of a session if it is cached and current. */
    @Nullable
    SessionAccess cached(UUID sessionId) {
        return watch.isCurrent() ? sessions.getIfPresent(sessionId) : null;
    }

    private void forget(Set<UUID> users) {
        long nowNs = System.nanoTime();
        users.forEach(user -> changedNs.put(user, nowNs));
        sessions.asMap().values().removeIf(access -> users.contains(access.ownerId()));
    }

    /**
     * Looks up a session; empty if nobody has started the session. Fails with a {@link ProblemException} if the
     * database is unavailable or too many lookups are pending.
     */
    CompletableFuture<Optional<SessionAccess>> find(UUID sessionId) {
        SessionAccess known = cached(sessionId);
        if (known != null) {
            return CompletableFuture.completedFuture(Optional.of(known));
        }
        CompletableFuture<Optional<SessionAccess>> answer;
        synchronized (pending) {
            answer = pending.get(sessionId);
            if (answer == null) {
                if (pending.size() == PENDING_MAX) {
                    return CompletableFuture.failedFuture(
                            UploadProblems.overloaded("Too many pending session lookups; send this again later"));
                }
                answer = new CompletableFuture<>();
                pending.put(sessionId, answer);
            }
            if (!querying) {
                querying = true;
                Thread.ofVirtual().name("ingest-sessions").start(this::drainPending);
            }
        }
        return answer;
    }

    private void drainPending() {
        for (Map<UUID, CompletableFuture<Optional<SessionAccess>>> lookups = nextPending();
                !lookups.isEmpty();
                lookups = nextPending()) {
            complete(lookups);
        }
    }

    private Map<UUID, CompletableFuture<Optional<SessionAccess>>> nextPending() {
        Map<UUID, CompletableFuture<Optional<SessionAccess>>> lookups = new HashMap<>();
        synchronized (pending) {
            Iterator<Map.Entry<UUID, CompletableFuture<Optional<SessionAccess>>>> oldest =
                    pending.entrySet().iterator();
            while (oldest.hasNext() && lookups.size() < QUERY_SESSIONS_MAX) {
                Map.Entry<UUID, CompletableFuture<Optional<SessionAccess>>> lookup = oldest.next();
                lookups.put(lookup.getKey(), lookup.getValue());
                oldest.remove();
            }
            querying = !lookups.isEmpty();
        }
        return lookups;
    }

    private void complete(Map<UUID, CompletableFuture<Optional<SessionAccess>>> lookups) {
        Map<UUID, SessionAccess> found;
        try {
            found = selectCurrent(lookups.keySet().toArray());
        } catch (SQLException | RuntimeException e) {
            log.warn("Database unavailable: lookup of {} sessions failed", lookups.size(), e);
            ProblemException problem = UploadProblems.unavailable("Database unavailable; send this again later");
            lookups.values().forEach(answer -> answer.completeExceptionally(problem));
            return;
        }
        lookups.forEach((sessionId, answer) -> answer.complete(Optional.ofNullable(found.get(sessionId))));
    }

    private Map<UUID, SessionAccess> selectCurrent(Object[] sessionIds) throws SQLException {
        for (int attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
            long startedNs = System.nanoTime();
            Map<UUID, SessionAccess> found = connection.run(open -> select(open, sessionIds));
            if (SettingsWatch.isCurrent(startedNs)) {
                cache(found, startedNs);
                return found;
            }
        }
        throw new SQLTimeoutException("Queries took longer than " + SettingsWatch.LEASE.toMillis() + " ms");
    }

    /** Caches what was read, unless its owner has changed their settings since: a poll may have come in between. */
    private void cache(Map<UUID, SessionAccess> found, long readNs) {
        sessions.putAll(found);
        found.forEach((sessionId, access) -> {
            Long changed = changedNs.getIfPresent(access.ownerId());
            if (changed != null && changed - readNs >= 0) {
                sessions.invalidate(sessionId);
            }
        });
    }

    private static Map<UUID, SessionAccess> select(Connection connection, Object[] sessionIds) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SELECT)) {
            statement.setQueryTimeout(QUERY_TIMEOUT_SECONDS);
            statement.setArray(1, connection.createArrayOf("uuid", sessionIds));
            Map<UUID, SessionAccess> found = new HashMap<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.put(
                            row.getObject(1, UUID.class),
                            new SessionAccess(row.getObject(2, UUID.class), level(row.getString(3)), row.getString(4)));
                }
            }
            return found;
        }
    }

    /** Returns the default for users who have chosen nothing; a level of a newer release allows nothing. */
    private static CollectionLevel level(@Nullable String text) {
        return text == null ? CollectionLevel.FULL : CollectionLevel.parse(text).orElse(CollectionLevel.LOCAL);
    }

    @Override
    public void close() {
        watch.close();
        connection.close();
    }
}
