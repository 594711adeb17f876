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
 * Events that the log has acknowledged, stored for a day with where they are on it. What the log loses afterwards goes
 * back to the outbox: the database decided these events, so the log is made to agree with it again.
 */
public final class SentEvents {

    private static final Logger log = LoggerFactory.getLogger(SentEvents.class);
    private static final int QUERY_TIMEOUT_SECONDS = 5;
    private static final String RETENTION = "interval '1 day'";

    /** An offset that is used a second time holds what was written there last. */
    private static final String REPLACE = """
             on conflict (topic, log_partition, log_offset) do update
            set record_key = excluded.record_key, record_value = excluded.record_value, sent_at = clock_timestamp()""";

    private static final String ADD = """
            insert into gateway.sent_events (topic, log_partition, log_offset, record_key, record_value)
            values (:topic, :partition, :offset, :key, :value)""" + REPLACE;
    private static final String ADD_FROM_OUTBOX = """
            insert into gateway.sent_events (topic, log_partition, log_offset, record_key, record_value)
            select o.topic, s.log_partition, s.log_offset, o.record_key, o.record_value
            from gateway.outbox o join unnest(?::bigint[], ?::int[], ?::bigint[]) as s(id, log_partition, log_offset)
                using (id)""" + REPLACE;
    private static final String DELETE_EXPIRED =
            "delete from gateway.sent_events where sent_at < clock_timestamp() - " + RETENTION;
    private static final String PARTITIONS = """
            select topic, log_partition from gateway.sent_events
            union select ?, log_partition from gateway.session_owners where log_partition is not null""";

    /** In the order in which they were on the log. */
    private static final String REQUEUE = """
            with lost as (
                delete from gateway.sent_events where topic = ? and log_partition = ? and log_offset >= ? returning *)
            insert into gateway.outbox (topic, record_key, record_value)
            select topic, record_key, record_value from lost order by log_offset""";

    /**
     * Readers of a session wait until its latest event is in the read model: for one that is lost they would wait for
     * ever.
     */
    private static final String LOWER_OFFSETS = """
            update gateway.session_owners set log_offset = ? - 1
            where log_partition = ? and log_offset >= ?""";

    private final Database database;

    public SentEvents(Database database) {
        this.database = database;
    }

    /** Stores an event that was sent without the outbox, in the transaction at hand. */
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

    /** Stores events of the outbox, before they leave it, in the connection's transaction. */
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

    /** Returns the partitions of which events are known, sent or latest of a session. */
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
     * Puts events back into the outbox that are past the ends of their partitions, in the connection's transaction.
     *
     * @return how many
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
