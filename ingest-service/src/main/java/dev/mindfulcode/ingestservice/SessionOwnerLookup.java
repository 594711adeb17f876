package dev.mindfulcode.ingestservice;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
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
 * Who owns a session: from memory, else from the table in which sessions are claimed before anybody learns of them.
 * Thread-safe.
 *
 * <p>Unknown sessions are not remembered. Whoever asks waits for a query that starts after the question, shared with
 * all who asked while the query before it ran; so a session that was claimed a moment ago is found, and a flood of
 * made-up ids costs one connection and an index probe each.
 */
final class SessionOwnerLookup implements AutoCloseable {

    /** An entry takes some 150 bytes. An owner never changes, so entries leave for room or disuse only. */
    static final int CACHE_SIZE = 100_000;

    static final Duration CACHE_IDLE_RETENTION = Duration.ofHours(12);

    /** Questions beyond these are refused with {@link ProblemType#OVERLOADED}. */
    static final int PENDING_MAX = 10_000;

    private static final int QUERY_SESSIONS_MAX = 1_000;
    private static final int QUERY_TIMEOUT_SECONDS = 5;
    private static final int NETWORK_TIMEOUT_MS = 8_000;

    private static final String SELECT =
            "select session_id, user_id from gateway.session_owners where session_id = any (?)";

    private static final Logger log = LoggerFactory.getLogger(SessionOwnerLookup.class);

    private final DataSource dataSource;
    private final Cache<UUID, UUID> owners = Caffeine.newBuilder()
            .maximumSize(CACHE_SIZE)
            .expireAfterAccess(CACHE_IDLE_RETENTION)
            .build();

    /** Guarded by itself, as is {@link #querying}. */
    private final Map<UUID, CompletableFuture<Optional<UUID>>> pending = new LinkedHashMap<>();

    private boolean querying;

    /** Touched by the one thread that is asking, and by close. */
    private volatile @Nullable Connection connection;

    SessionOwnerLookup(DataSource dataSource) {
        this.dataSource = dataSource;
    }

    /** Returns the owner if it is in memory, without waiting. */
    @Nullable
    UUID cached(UUID sessionId) {
        return owners.getIfPresent(sessionId);
    }

    /**
     * Asks for a session's owner; empty where nobody has claimed it. Fails with a {@link UploadException} where the database
     * does not answer or too many are waiting.
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
                            new UploadException(ProblemType.OVERLOADED, "Too many sessions are being looked up"));
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
        for (Map<UUID, CompletableFuture<Optional<UUID>>> questions = nextPending();
                !questions.isEmpty();
                questions = nextPending()) {
            complete(questions);
        }
    }

    private Map<UUID, CompletableFuture<Optional<UUID>>> nextPending() {
        Map<UUID, CompletableFuture<Optional<UUID>>> questions = new HashMap<>();
        synchronized (pending) {
            Iterator<Map.Entry<UUID, CompletableFuture<Optional<UUID>>>> oldest =
                    pending.entrySet().iterator();
            while (oldest.hasNext() && questions.size() < QUERY_SESSIONS_MAX) {
                Map.Entry<UUID, CompletableFuture<Optional<UUID>>> question = oldest.next();
                questions.put(question.getKey(), question.getValue());
                oldest.remove();
            }
            querying = !questions.isEmpty();
        }
        return questions;
    }

    private void complete(Map<UUID, CompletableFuture<Optional<UUID>>> questions) {
        Map<UUID, UUID> found;
        try {
            found = select(questions.keySet().toArray());
        } catch (SQLException | RuntimeException e) {
            log.warn("The owners of {} sessions could not be looked up", questions.size(), e);
            UploadException refusal =
                    new UploadException(ProblemType.UNAVAILABLE, "Sessions cannot be looked up at the moment");
            questions.values().forEach(answer -> answer.completeExceptionally(refusal));
            return;
        }
        owners.putAll(found);
        questions.forEach((sessionId, answer) -> answer.complete(Optional.ofNullable(found.get(sessionId))));
    }

    private Map<UUID, UUID> select(Object[] sessionIds) throws SQLException {
        try {
            return select(connection(), sessionIds);
        } catch (SQLException e) {
            // A connection that lay unused may have been closed at the other end: once more, on a new one.
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
                log.debug("closing a connection failed: {}", e.getSQLState());
            }
        }
    }
}
