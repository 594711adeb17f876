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
 * Repairs the read model after the log has lost records that were applied: after a power loss, say, before they were on
 * the disk.
 *
 * <p>The log is the truth. Offsets go back to its end, so that what is written there next is applied; and each
 * projection that reads the topics is built again from the first record and switched to, whatever the comparison says.
 * The tables before are kept as those of any rebuild are. Runs of plugins begin again.
 */
public final class LogLossRepair {

    private static final String SET_BACK =
            "UPDATE readmodel.projection_offsets SET next_offset = ? WHERE topic = ? AND partition = ? AND next_offset > ?";
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
    private static final String RUN_AGAIN = "DELETE FROM readmodel.analytics_runs";

    private LogLossRepair() {}

    /**
     * Repairs in the caller's transaction. Harmless when repeated, apart from the work.
     *
     * @param ends where partitions end; of those that lost records, others may be among them
     * @param topics whose records are lost, or are to be read again from the first
     * @return the projections that are built again
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
        try (PreparedStatement statement = connection.prepareStatement(RUN_AGAIN)) {
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
