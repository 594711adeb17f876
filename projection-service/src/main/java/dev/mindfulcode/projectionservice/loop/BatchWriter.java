package dev.mindfulcode.projectionservice.loop;

import dev.mindfulcode.projectionservice.fold.Fold;
import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.fold.ProjectionEvent;
import dev.mindfulcode.projectionservice.fold.RejectedEventException;
import dev.mindfulcode.projectionservice.fold.Tables;
import dev.mindfulcode.projectionservice.loop.OffsetTable.Step;
import dev.mindfulcode.projectionservice.readmodel.LogLossRepair;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Applies records: what every projection makes of them and where their partitions then stand, in one transaction. Not
 * thread-safe.
 */
final class BatchWriter {

    private final DataSource database;
    private final OffsetTable offsets;
    private final FoldSet folds;
    private final DeadLetterSink deadLetters;
    private final LoopMetrics metrics;

    BatchWriter(DataSource database, Tables tables, FoldSet folds, DeadLetterSink deadLetters, LoopMetrics metrics) {
        this.database = database;
        offsets = new OffsetTable(tables);
        this.folds = folds;
        this.deadLetters = deadLetters;
        this.metrics = metrics;
    }

    /** Returns where the partitions stand by the table, and finds out which folds it has. */
    Map<TopicPartition, Long> positions(Set<TopicPartition> partitions) throws SQLException {
        try (Connection connection = database.getConnection()) {
            folds.load(connection);
            return offsets.read(connection, partitions);
        }
    }

    /**
     * Sets offsets back to where the log ends and orders rebuilds of what was made of the records that it lost.
     *
     * @return the projections that are built again
     */
    List<String> repair(Map<TopicPartition, Long> ends) throws SQLException {
        Set<String> topics = new HashSet<>();
        ends.keySet().forEach(partition -> topics.add(partition.topic()));
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            boolean isCommitted = false;
            try {
                List<String> projections = LogLossRepair.repair(connection, ends, topics);
                connection.commit();
                isCommitted = true;
                return projections;
            } finally {
                if (!isCommitted) {
                    rollback(connection);
                }
            }
        }
    }

    /**
     * Applies records and moves their partitions on; throws before or after a whole number of transactions.
     *
     * @param records by partition, in order
     * @param positions where this loop left the partitions; kept up to date
     * @throws FencedException where a partition has been moved by somebody else
     * @throws SQLException where the database does not do it just now
     */
    void apply(List<DecodedRecord> records, Map<TopicPartition, Long> positions) throws SQLException, FencedException {
        apply(records, positions, new HashSet<>());
    }

    /** A record that the database refuses is found by halving, so that it goes alone and its neighbours are applied. */
    private void apply(List<DecodedRecord> records, Map<TopicPartition, Long> positions, Set<DecodedRecord> buried)
            throws SQLException, FencedException {
        try {
            applyTogether(records, positions, buried);
        } catch (SQLException e) {
            if (!isAboutData(e)) {
                throw e;
            }
            if (records.size() == 1) {
                DecodedRecord refused = records.getFirst().rejected("the database refuses it: " + e.getSQLState());
                applyTogether(List.of(refused), positions, buried);
            } else {
                int half = records.size() / 2;
                apply(records.subList(0, half), positions, buried);
                apply(records.subList(half, records.size()), positions, buried);
            }
        }
    }

    private void applyTogether(
            List<DecodedRecord> records, Map<TopicPartition, Long> positions, Set<DecodedRecord> buried)
            throws SQLException, FencedException {
        Map<Projection, Fold> begun = folds.begin();
        SortedMap<TopicPartition, Step> steps = new TreeMap<>(OffsetTable.ORDER);
        List<DeadRecord> letters = new ArrayList<>();
        int erased = 0;
        for (DecodedRecord received : records) {
            TopicPartition partition = received.partition();
            Step step = steps.get(partition);
            long from = step == null ? position(positions, partition) : step.from();
            Long inputOffset = step == null ? null : step.inputOffset();
            if (received.content() instanceof DecodedRecord.InputProgress progress) {
                inputOffset = progress.inputOffset();
            }
            steps.put(partition, new Step(from, received.record().offset() + 1, inputOffset));
            switch (received.content()) {
                case DecodedRecord.Decoded readable -> {
                    String reason = take(received, readable.event(), begun);
                    if (reason != null && buried.add(received)) {
                        letters.add(new DeadRecord(received.record(), reason));
                    }
                }
                case DecodedRecord.Rejected rejected -> {
                    if (buried.add(received)) {
                        letters.add(new DeadRecord(received.record(), rejected.reason()));
                    }
                }
                case DecodedRecord.InputProgress progress -> {
                    // Goes with the partition's offset.
                }
                case DecodedRecord.Skipped skipped ->
                    erased += skipped.reason() == DecodedRecord.SkipReason.ERASED ? 1 : 0;
            }
        }
        if (!letters.isEmpty()) {
            deadLetters.store(letters);
            metrics.deadLettered(letters);
        }
        Map<Projection, Integer> rows = write(begun, steps);
        steps.forEach((partition, step) -> positions.put(partition, step.to()));
        metrics.committed(rows, erased);
    }

    private Map<Projection, Integer> write(Map<Projection, Fold> begun, SortedMap<TopicPartition, Step> steps)
            throws SQLException, FencedException {
        Map<Projection, Integer> rows = new LinkedHashMap<>();
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            boolean isCommitted = false;
            try {
                offsets.advance(connection, steps);
                folds.check(connection);
                for (Map.Entry<Projection, Fold> entry : begun.entrySet()) {
                    rows.put(entry.getKey(), entry.getValue().flush(connection));
                }
                connection.commit();
                isCommitted = true;
            } finally {
                if (!isCommitted) {
                    rollback(connection);
                }
            }
        }
        return rows;
    }

    private static @Nullable String take(DecodedRecord received, ProjectionEvent event, Map<Projection, Fold> begun) {
        String topic = received.record().topic();
        for (Map.Entry<Projection, Fold> entry : begun.entrySet()) {
            if (entry.getKey().reads(topic)) {
                try {
                    entry.getValue().apply(event);
                } catch (RejectedEventException e) {
                    return entry.getKey().name() + ": " + e.reason();
                }
            }
        }
        return null;
    }

    private static long position(Map<TopicPartition, Long> positions, TopicPartition partition) {
        Long position = positions.get(partition);
        if (position == null) {
            throw new IllegalStateException("records of " + partition + " before its position is known");
        }
        return position;
    }

    /** Data exceptions and integrity violations: the same records would fail again. */
    private static boolean isAboutData(SQLException e) {
        String state = e.getSQLState();
        return state != null && (state.startsWith("22") || state.startsWith("23"));
    }

    private static void rollback(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            // The connection is gone, and the transaction with it; what failed first is on its way to the caller.
        }
    }
}
