package dev.mindfulcode.apigateway.log;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.schemas.Topics;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;

/**
 * Published events of the last day with their positions in Kafka. Events that Kafka loses return to the outbox: the
 * database is authoritative for them.
 */
public final class SentEvents {

    private static final Logger log = LoggerFactory.getLogger(SentEvents.class);
    private static final int QUERY_TIMEOUT_SECONDS = 5;
    private static final String RETENTION = "interval '1 day'";

    /** An offset that Kafka uses a second time belongs to the later event. */
    private static final String REPLACE = """
             ON CONFLICT (topic, log_partition, log_offset) DO UPDATE
            SET record_key = excluded.record_key, record_value = excluded.record_value, sent_at = clock_timestamp()""";

    private static final String ADD = """
            INSERT INTO gateway.sent_events (topic, log_partition, log_offset, record_key, record_value)
            VALUES (:topic, :partition, :offset, :key, :value)""" + REPLACE;
    private static final String ADD_FROM_OUTBOX = """
            INSERT INTO gateway.sent_events (topic, log_partition, log_offset, record_key, record_value)
            SELECT o.topic, s.log_partition, s.log_offset, o.record_key, o.record_value
            FROM gateway.outbox o JOIN unnest(?::bigint[], ?::int[], ?::bigint[]) AS s(id, log_partition, log_offset)
                USING (id)""" + REPLACE;
    private static final String DELETE_EXPIRED =
            "DELETE FROM gateway.sent_events WHERE sent_at < clock_timestamp() - " + RETENTION;
    private static final String PARTITIONS = """
            SELECT topic, log_partition FROM gateway.sent_events
            UNION SELECT ?, log_partition FROM gateway.session_owners WHERE log_partition IS NOT NULL""";

    /** In their order in Kafka. */
    private static final String REQUEUE = """
            WITH lost AS (
                DELETE FROM gateway.sent_events WHERE topic = ? AND log_partition = ? AND log_offset >= ? RETURNING *)
            INSERT INTO gateway.outbox (topic, record_key, record_value)
            SELECT topic, record_key, record_value FROM lost ORDER BY log_offset""";

    /** Reads of a session wait for the offset of its latest event; a lost one would never arrive. */
    private static final String LOWER_OFFSETS = """
            UPDATE gateway.session_owners SET log_offset = ? - 1
            WHERE log_partition = ? AND log_offset >= ?""";

    private final Database database;

    public SentEvents(Database database) {
        this.database = database;
    }

    /** Stores an event that was published without the outbox, in the current transaction. */
    public Mono<Void> add(LogPosition position, UUID userId, byte[] value) {
        return database.sql(ADD)
                .bind("topic", position.topic())
                .bind("partition", position.partition())
                .bind("offset", position.offset())
                .bind("key", userId.toString())
                .bind("value", value)
                .fetch()
                .rowsUpdated()
                .then();
    }

    /** Stores published events of the outbox in the connection's transaction. */
    static void add(Connection connection, List<Long> ids, List<LogPosition> positions) throws SQLException {
        try (PreparedStatement statement = prepare(connection, ADD_FROM_OUTBOX)) {
            statement.setArray(1, connection.createArrayOf("bigint", ids.toArray()));
            statement.setArray(
                    2,
                    connection.createArrayOf(
                            "int",
                            positions.stream().map(LogPosition::partition).toArray()));
            statement.setArray(
                    3,
                    connection.createArrayOf(
                            "bigint",
                            positions.stream().map(LogPosition::offset).toArray()));
            statement.executeUpdate();
        }
    }

    static void deleteExpired(Connection connection) throws SQLException {
        try (PreparedStatement statement = prepare(connection, DELETE_EXPIRED)) {
            statement.executeUpdate();
        }
    }

    /** Returns the partitions with known events: published ones and the latest of sessions. */
    static Set<TopicPartition> partitions(Connection connection) throws SQLException {
        Set<TopicPartition> partitions = new HashSet<>();
        try (PreparedStatement statement = prepare(connection, PARTITIONS)) {
            statement.setString(1, Topics.SESSIONS.name());
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    partitions.add(new TopicPartition(row.getString(1), row.getInt(2)));
                }
            }
        }
        return partitions;
    }

    /**
     * Returns events beyond the end of their partition to the outbox, in the connection's transaction.
     *
     * @return number of events
     */
    static int requeueLost(Connection connection, Map<TopicPartition, Long> ends) throws SQLException {
        int requeued = 0;
        for (Map.Entry<TopicPartition, Long> end : ends.entrySet()) {
            TopicPartition partition = end.getKey();
            int lost;
            try (PreparedStatement statement = prepare(connection, REQUEUE)) {
                statement.setString(1, partition.topic());
                statement.setInt(2, partition.partition());
                statement.setLong(3, end.getValue());
                lost = statement.executeUpdate();
            }
            if (partition.topic().equals(Topics.SESSIONS.name())) {
                try (PreparedStatement statement = prepare(connection, LOWER_OFFSETS)) {
                    statement.setLong(1, end.getValue());
                    statement.setInt(2, partition.partition());
                    statement.setLong(3, end.getValue());
                    statement.executeUpdate();
                }
            }
            if (lost > 0) {
                log.warn(
                        "Log lost events that it had acknowledged; publishing them again: topic={}, partition={},"
                                + " events={}",
                        partition.topic(),
                        partition.partition(),
                        lost);
            }
            requeued += lost;
        }
        return requeued;
    }

    private static PreparedStatement prepare(Connection connection, String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setQueryTimeout(QUERY_TIMEOUT_SECONDS);
        return statement;
    }
}
