package dev.mindfulcode.ingestservice;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks up owners of sessions in a cache, then in the table {@code gateway.session_owners}. Thread-safe.
 *
 * <p>Unknown sessions are not cached. A lookup waits for a query that starts after it and serves all lookups that came
 * while the query before ran: a session claimed just before is found, and a flood of invented ids costs one connection
 * and an index probe each.
 */
final class SessionOwnerLookup implements AutoCloseable {

    /** An entry has about 150 bytes. An owner never changes, so entries never become stale. */
    static final int CACHE_SIZE = 100_000;

    static final Duration CACHE_IDLE_RETENTION = Duration.ofHours(12);

    /** Further lookups are rejected with {@link ProblemType#OVERLOADED}. */
    static final int PENDING_MAX = 10_000;

    private static final int QUERY_SESSIONS_MAX = 1_000;
    private static final int QUERY_TIMEOUT_SECONDS = 5;
    private static final int NETWORK_TIMEOUT_MS = 8_000;

    private static final String SELECT =
            "SELECT session_id, user_id FROM gateway.session_owners WHERE session_id = ANY (?)";

    private static final Logger log = LoggerFactory.getLogger(SessionOwnerLookup.class);

    private final DataSource dataSource;
    private final Cache<UUID, UUID> owners = Caffeine.newBuilder()
            .maximumSize(CACHE_SIZE)
            .expireAfterAccess(CACHE_IDLE_RETENTION)
            .build();

    /** Guarded by itself, as is {@link #querying}. */
    private final Map<UUID, CompletableFuture<Optional<UUID>>> pending = new LinkedHashMap<>();

    private boolean querying;

    /** Used by the one querying thread and by close. */
    private volatile @Nullable Connection connection;

    SessionOwnerLookup(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** Returns the owner if cached. */
    @Nullable
    UUID cached(UUID sessionId) {
        return owners.getIfPresent(sessionId);
    }

    /**
     * Looks up a session's owner; empty if nobody has claimed the session. Fails with a {@link ProblemException} if the
     * database is unavailable or too many lookups are pending.
     */
    CompletableFuture<Optional<UUID>> find(UUID sessionId) {
        UUID owner = owners.getIfPresent(sessionId);
        if (owner != null) {
            return CompletableFuture.completedFuture(Optional.of(owner));
        }
        CompletableFuture<Optional<UUID>> answer;
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
                Thread.ofVirtual().name("ingest-session-owners").start(this::drainPending);
            }
        }
        return answer;
    }

    private void drainPending() {
        for (Map<UUID, CompletableFuture<Optional<UUID>>> lookups = nextPending();
                !lookups.isEmpty();
                lookups = nextPending()) {
            complete(lookups);
        }
    }

    private Map<UUID, CompletableFuture<Optional<UUID>>> nextPending() {
        Map<UUID, CompletableFuture<Optional<UUID>>> lookups = new HashMap<>();
        synchronized (pending) {
            Iterator<Map.Entry<UUID, CompletableFuture<Optional<UUID>>>> oldest =
                    pending.entrySet().iterator();
            while (oldest.hasNext() && lookups.size() < QUERY_SESSIONS_MAX) {
                Map.Entry<UUID, CompletableFuture<Optional<UUID>>> lookup = oldest.next();
                lookups.put(lookup.getKey(), lookup.getValue());
                oldest.remove();
            }
            querying = !lookups.isEmpty();
        }
        return lookups;
    }

    private void complete(Map<UUID, CompletableFuture<Optional<UUID>>> lookups) {
        Map<UUID, UUID> found;
        try {
            found = select(lookups.keySet().toArray());
        } catch (SQLException | RuntimeException e) {
            log.warn("Database unavailable: lookup of the owners of {} sessions failed", lookups.size(), e);
            ProblemException problem = UploadProblems.unavailable("Database unavailable; send this again later");
            lookups.values().forEach(answer -> answer.completeExceptionally(problem));
            return;
        }
        owners.putAll(found);
        lookups.forEach((sessionId, answer) -> answer.complete(Optional.ofNullable(found.get(sessionId))));
    }

    private Map<UUID, UUID> select(Object[] sessionIds) throws SQLException {
        try {
            return select(connection(), sessionIds);
        } catch (SQLException e) {
            // The server may have closed an idle connection: retry on a new one.
            close();
            return select(connection(), sessionIds);
        }
    }

    private static Map<UUID, UUID> select(Connection connection, Object[] sessionIds) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(SELECT)) {
            statement.setQueryTimeout(QUERY_TIMEOUT_SECONDS);
            statement.setArray(1, connection.createArrayOf("uuid", sessionIds));
            Map<UUID, UUID> found = new HashMap<>();
            try (ResultSet rows = statement.executeQuery()) {
                while (rows.next()) {
                    found.put(rows.getObject(1, UUID.class), rows.getObject(2, UUID.class));
                }
            }
            return found;
        }
    }

    private Connection connection() throws SQLException {
        Connection open = connection;
        if (open == null) {
            open = dataSource.getConnection();
            open.setReadOnly(true);
            open.setNetworkTimeout(Runnable::run, NETWORK_TIMEOUT_MS);
            connection = open;
        }
        return open;
    }

    @Override
    public void close() {
        Connection open = connection;
        connection = null;
        if (open != null) {
            try {
                open.close();
            } catch (SQLException e) {
                log.debug("Closing a connection failed: {}", e.getSQLState());
            }
        }
    }
}
