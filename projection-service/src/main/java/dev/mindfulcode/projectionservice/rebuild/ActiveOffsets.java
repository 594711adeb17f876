package dev.mindfulcode.projectionservice.rebuild;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicPartition;

/** Reads the offsets of the projections in use. */
final class ActiveOffsets {

    private static final String SELECT = """
            SELECT topic, partition, next_offset FROM readmodel.projection_offsets
            WHERE topic = ANY (?::text[]) ORDER BY topic COLLATE "C", partition""";

    private ActiveOffsets() {}

    static Map<TopicPartition, Long> of(Connection connection, List<String> topics) throws SQLException {
        return read(connection, topics, SELECT);
    }

    /**
     * Returns the offsets and locks them until the transaction ends; loops wait before they write the first row.
     */
    static Map<TopicPartition, Long> lock(Connection connection, List<String> topics) throws SQLException {
        return read(connection, topics, SELECT + " FOR UPDATE");
    }

    private static Map<TopicPartition, Long> read(Connection connection, List<String> topics, String sql)
            throws SQLException {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setArray(1, connection.createArrayOf("text", topics.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    offsets.put(new TopicPartition(row.getString(1), row.getInt(2)), row.getLong(3));
                }
            }
        }
        return offsets;
    }
}
