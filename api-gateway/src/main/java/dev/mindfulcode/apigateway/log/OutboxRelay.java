package dev.mindfulcode.apigateway.log;

import dev.mindfulcode.apigateway.jobs.BackgroundJob;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.sql.DataSource;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Publishes the events of the outbox, at least once and in order per key. One gateway at a time does so, under an
 * advisory lock; the others poll each {@link #POLL_INTERVAL}.
 *
 * <p>A round publishes the oldest event of each key and waits for its acknowledgement, which preserves the order. It
 * reads all rows, not those past a cursor, so that it also finds events of transactions that commit late.
 */
public final class OutboxRelay extends BackgroundJob {

    private static final Duration POLL_INTERVAL = Duration.ofSeconds(1);
    private static final Duration STOP_TIMEOUT = EventPublisher.PUBLISH_TIMEOUT.plusSeconds(2);
    private static final Duration CLEANUP_INTERVAL = Duration.ofMinutes(10);
    private static final int ROUND_EVENTS_MAX = 200;
    private static final int QUERY_TIMEOUT_SECONDS = 5;

    /** Unique in this database: the letters "mcoutbox". */
    private static final long LOCK_ID = 0x6D63_6F75_7462_6F78L;

    private static final String LOCK = "SELECT pg_try_advisory_xact_lock(" + LOCK_ID + ")";
    private static final String OLDEST_OF_EACH_KEY = """
            SELECT id, topic, record_key, record_value
            FROM (SELECT DISTINCT ON (record_key) * FROM gateway.outbox ORDER BY record_key, id) oldest
            ORDER BY id LIMIT\s""" + ROUND_EVENTS_MAX;
    private static final String DELETE = "DELETE FROM gateway.outbox WHERE id = ANY (?)";

    private final DataSource dataSource;
    private final EventPublisher publisher;
    private boolean isLogChecked;
    private long cleanedAtNs = System.nanoTime();

    public OutboxRelay(DataSource dataSource, EventPublisher publisher) {
        super("gateway-outbox", POLL_INTERVAL, STOP_TIMEOUT);
        this.dataSource = dataSource;
        this.publisher = publisher;
    }

    /** Stops after the web server, whose requests may still add events. */
    @Override
    public int getPhase() {
        return 0;
    }

    @Override
    protected Duration round() throws SQLException, ExecutionException, TimeoutException, InterruptedException {
        if (!isLogChecked) {
            requeueLost();
            isLogChecked = true;
        }
        relayAll();
        deleteExpired();
        return POLL_INTERVAL;
    }

    /** Queues events that Kafka lost since the gateway last ran, ahead of new ones. */
    private void requeueLost() throws SQLException, ExecutionException, TimeoutException, InterruptedException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            Map<TopicPartition, Long> ends = publisher.endOffsets(SentEvents.partitions(connection));
            SentEvents.requeueLost(connection, ends);
            connection.commit();
        }
    }

    private void deleteExpired() throws SQLException {
        long nowNs = System.nanoTime();
        if (nowNs - cleanedAtNs > CLEANUP_INTERVAL.toNanos()) {
            cleanedAtNs = nowNs;
            try (Connection connection = dataSource.getConnection()) {
                SentEvents.deleteExpired(connection);
            }
        }
    }

    private void relayAll() throws SQLException, ExecutionException, TimeoutException, InterruptedException {
        try (Connection connection = dataSource.getConnection()) {
            connection.setAutoCommit(false);
            while (!isStopping() && relayRound(connection) > 0) {
                connection.commit();
            }
            connection.rollback();
        }
    }

    /** Returns how many events were published. */
    private int relayRound(Connection connection)
            throws SQLException, ExecutionException, TimeoutException, InterruptedException {
        if (!locked(connection)) {
            return 0;
        }
        List<Entry> entries = oldestOfEachKey(connection);
        if (entries.isEmpty()) {
            return 0;
        }
        List<CompletableFuture<LogPosition>> appended = entries.stream()
                .map(entry -> publisher.publishEncoded(entry.topic(), entry.key(), entry.value()))
                .toList();
        List<Long> done = new ArrayList<>(entries.size());
        List<LogPosition> positions = new ArrayList<>(entries.size());
        @Nullable ExecutionException failure = null;
        for (int i = 0; i < entries.size(); i++) {
            try {
                positions.add(
                        appended.get(i).get(2 * EventPublisher.PUBLISH_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS));
                done.add(entries.get(i).id());
            } catch (ExecutionException e) {
                failure = e;
            }
        }
        SentEvents.add(connection, done, positions);
        delete(connection, done);
        if (failure != null) {
            connection.commit();
            throw failure;
        }
        return done.size();
    }

    private static boolean locked(Connection connection) throws SQLException {
        try (PreparedStatement statement = prepare(connection, LOCK);
                ResultSet row = statement.executeQuery()) {
            return row.next() && row.getBoolean(1);
        }
    }

    private static List<Entry> oldestOfEachKey(Connection connection) throws SQLException {
        try (PreparedStatement statement = prepare(connection, OLDEST_OF_EACH_KEY);
                ResultSet row = statement.executeQuery()) {
            List<Entry> entries = new ArrayList<>();
            while (row.next()) {
                entries.add(new Entry(row.getLong(1), row.getString(2), row.getString(3), row.getBytes(4)));
            }
            return entries;
        }
    }

    private static void delete(Connection connection, List<Long> ids) throws SQLException {
        try (PreparedStatement statement = prepare(connection, DELETE)) {
            statement.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
            statement.executeUpdate();
        }
    }

    private static PreparedStatement prepare(Connection connection, String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setQueryTimeout(QUERY_TIMEOUT_SECONDS);
        return statement;
    }

    @SuppressWarnings("ArrayRecordComponent") // passed to the producer unchanged
    private record Entry(long id, String topic, String key, byte @Nullable [] value) {}
}
