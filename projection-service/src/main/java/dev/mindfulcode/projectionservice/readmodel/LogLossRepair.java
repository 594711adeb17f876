package dev.mindfulcode.projectionservice.readmodel;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/**
 * Repairs the read model after Kafka has lost applied records, for example in a power loss before they were on disk.
 *
 * <p>The log is the truth. Offsets are set back to its end, so that new records are applied, and each projection that
 * reads the topics is rebuilt from the first record and cut over regardless of the comparison. The previous tables are
 * retained as after any rebuild. Plugin runs start again.
 */
public final class LogLossRepair {

    private static final String SET_BACK = "UPDATE readmodel.projection_offsets SET next_offset = ?"
            + " WHERE topic = ? AND partition = ? AND next_offset > ?";
    private static final String AFFECTED = """
            SELECT projection FROM readmodel.projection_builds
            WHERE state = 'in_use' AND topics && ?::text[] ORDER BY projection
            """;
    private static final String CANCEL = """
            UPDATE readmodel.projection_builds SET state = 'dropping', changed_at = clock_timestamp()
            WHERE state = 'building' AND projection = ANY (?::text[])
            """;
    private static final String ORDER = """
            INSERT INTO readmodel.projection_builds (projection, build, state, is_forced, share_percent)
            SELECT projection, max(build) + 1, 'building', true, 100
            FROM readmodel.projection_builds WHERE projection = ANY (?::text[]) GROUP BY projection
            """;
    private static final String DELETE_RUNS = "DELETE FROM readmodel.analytics_runs";

    private LogLossRepair() {}

    /**
     * Repairs in the caller's transaction. May be repeated.
     *
     * @param ends the end offsets of partitions that lost records, and possibly of others
     * @param topics the topics whose records are to be read again from the first
     * @return the projections to be rebuilt
     */
    public static List<String> repair(Connection connection, Map<TopicPartition, Long> ends, Collection<String> topics)
            throws SQLException {
        SortedMap<String, Map<Integer, Long>> ordered = new TreeMap<>();
        ends.forEach((partition, end) -> ordered.computeIfAbsent(partition.topic(), topic -> new TreeMap<>())
                .put(partition.partition(), end));
        try (PreparedStatement statement = connection.prepareStatement(SET_BACK)) {
            for (Map.Entry<String, Map<Integer, Long>> topic : ordered.entrySet()) {
                for (Map.Entry<Integer, Long> end : topic.getValue().entrySet()) {
                    statement.setLong(1, end.getValue());
                    statement.setString(2, topic.getKey());
                    statement.setInt(3, end.getKey());
                    statement.setLong(4, end.getValue());
                    statement.addBatch();
                }
            }
            statement.executeBatch();
        }
        List<String> affected = affected(connection, topics);
        Array projections = connection.createArrayOf("text", affected.toArray());
        for (String sql : List.of(CANCEL, ORDER)) {
            try (PreparedStatement statement = connection.prepareStatement(sql)) {
                statement.setArray(1, projections);
                statement.executeUpdate();
            }
        }
        try (PreparedStatement statement = connection.prepareStatement(DELETE_RUNS)) {
            statement.executeUpdate();
        }
        return affected;
    }

    private static List<String> affected(Connection connection, Collection<String> topics) throws SQLException {
        List<String> affected = new ArrayList<>();
        try (PreparedStatement statement = connection.prepareStatement(AFFECTED)) {
            statement.setArray(1, connection.createArrayOf("text", topics.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    affected.add(row.getString(1));
                }
            }
        }
        return affected;
    }
}
