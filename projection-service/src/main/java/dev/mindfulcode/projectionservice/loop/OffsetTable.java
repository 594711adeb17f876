package dev.mindfulcode.projectionservice.loop;

import dev.mindfulcode.projectionservice.fold.Tables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** The table of the next offset of each partition, in the same database as the rows. */
final class OffsetTable {

    static final Comparator<TopicPartition> ORDER =
            Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition);

    private static final String INSERT = """
            INSERT INTO {projection_offsets} (topic, partition, next_offset)
            SELECT topic, partition, 0 FROM unnest(?::text[], ?::int[]) AS u(topic, partition)
            ON CONFLICT DO NOTHING
            """;

    private static final String SELECT = """
            SELECT topic, partition, next_offset
            FROM {projection_offsets} JOIN unnest(?::text[], ?::int[]) AS u(topic, partition) USING (topic, partition)
            """;

    private static final String ADVANCE = """
            UPDATE {projection_offsets} SET next_offset = ?, input_offset = coalesce(?, input_offset),
                features_offset = coalesce(?, features_offset)
            WHERE topic = ? AND partition = ? AND next_offset = ?
            """;

    /**
     * The advance of a partition by one transaction, as offsets of the next record to apply.
     *
     * @param progress the last progress marker between them; null without one
     */
    record Step(long from, long to, DecodedRecord.@Nullable InputProgress progress) {}

    private final String insert;
    private final String select;
    private final String advance;

    OffsetTable(Tables tables) {
        insert = tables.qualify(INSERT);
        select = tables.qualify(SELECT);
        advance = tables.qualify(ADVANCE);
    }

    /** Returns the next offset of each partition; 0 if it was never read. */
    Map<TopicPartition, Long> read(Connection connection, Collection<TopicPartition> partitions) throws SQLException {
        Map<TopicPartition, Long> found = select(connection, partitions);
        if (found.size() < partitions.size()) {
            List<TopicPartition> missing = partitions.stream()
                    .filter(partition -> !found.containsKey(partition))
                    .sorted(ORDER)
                    .toList();
            try (PreparedStatement statement = connection.prepareStatement(insert)) {
                bind(connection, statement, missing);
                statement.executeUpdate();
            }
            found.putAll(select(connection, missing));
        }
        return found;
    }

    /**
     * Advances each partition from the offset that this loop last wrote. Must come first in a transaction: another
     * writer of the partition waits here, then finds another offset and writes no row.
     *
     * @throws FencedException if a partition has another offset
     */
    void advance(Connection connection, SortedMap<TopicPartition, Step> steps) throws SQLException, FencedException {
        try (PreparedStatement statement = connection.prepareStatement(advance)) {
            for (Map.Entry<TopicPartition, Step> entry : steps.entrySet()) {
                DecodedRecord.InputProgress progress = entry.getValue().progress();
                statement.setLong(1, entry.getValue().to());
                statement.setObject(2, progress == null ? null : progress.inputOffset(), Types.BIGINT);
                statement.setObject(3, progress == null ? null : progress.featuresOffset(), Types.BIGINT);
                statement.setString(4, entry.getKey().topic());
                statement.setInt(5, entry.getKey().partition());
                statement.setLong(6, entry.getValue().from());
                statement.addBatch();
            }
            if (Arrays.stream(statement.executeBatch()).anyMatch(rows -> rows != 1)) {
                throw new FencedException("another writer advanced a partition");
            }
        }
    }

    private Map<TopicPartition, Long> select(Connection connection, Collection<TopicPartition> partitions)
            throws SQLException {
        Map<TopicPartition, Long> found = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(select)) {
            bind(connection, statement, partitions);
            try (ResultSet results = statement.executeQuery()) {
                while (results.next()) {
                    found.put(new TopicPartition(results.getString(1), results.getInt(2)), results.getLong(3));
                }
            }
        }
        return found;
    }

    private static void bind(Connection connection, PreparedStatement statement, Collection<TopicPartition> partitions)
            throws SQLException {
        statement.setArray(
                1,
                connection.createArrayOf(
                        "text", partitions.stream().map(TopicPartition::topic).toArray()));
        statement.setArray(
                2,
                connection.createArrayOf(
                        "int4",
                        partitions.stream().map(TopicPartition::partition).toArray()));
    }
}
