package dev.mindfulcode.projectionservice.loop;

import dev.mindfulcode.dataprotection.ErasedUsers;
import dev.mindfulcode.projectionservice.fold.Fold;
import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.fold.ProjectionEvent;
import dev.mindfulcode.projectionservice.fold.RejectedEventException;
import dev.mindfulcode.projectionservice.fold.Tables;
import dev.mindfulcode.projectionservice.loop.OffsetTable.Step;
import dev.mindfulcode.projectionservice.readmodel.ErasureBarrier;
import dev.mindfulcode.projectionservice.readmodel.LogLossRepair;
import dev.mindfulcode.projectionservice.readmodel.Transaction;
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
import java.util.UUID;
import javax.sql.DataSource;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/** Applies records: writes the rows of every projection and the new offsets in one transaction. Not thread-safe. */
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

    /** Returns the offsets of the table, and loads its folds. */
    Map<TopicPartition, Long> positions(Set<TopicPartition> partitions) throws SQLException {
        try (Connection connection = database.getConnection()) {
            folds.load(connection);
            return offsets.read(connection, partitions);
        }
    }

    /**
     * Sets offsets back to the end of the log and orders rebuilds from the remaining records.
     *
     * @return the projections to be rebuilt
     */
    List<String> repair(Map<TopicPartition, Long> ends) throws SQLException {
        Set<String> topics = new HashSet<>();
        ends.keySet().forEach(partition -> topics.add(partition.topic()));
        return Transaction.<List<String>, RuntimeException>run(
                database, connection -> LogLossRepair.repair(connection, ends, topics));
    }

    /**
     * Applies records and advances their partitions, in one or more whole transactions.
     *
     * @param records in the order of their partitions
     * @param positions the next offsets as this loop last wrote them; updated
     * @throws FencedException if another writer has advanced a partition
     * @throws SQLException if the database fails
     */
    void apply(List<DecodedRecord> records, Map<TopicPartition, Long> positions) throws SQLException, FencedException {
        apply(records, positions, new HashSet<>());
    }

    /** Isolates a record that the database rejects by bisection, so that all others are applied. */
    private void apply(
            List<DecodedRecord> records, Map<TopicPartition, Long> positions, Set<DecodedRecord> deadLettered)
            throws SQLException, FencedException {
        try {
            applyTogether(records, positions, deadLettered);
        } catch (SQLException e) {
            if (!isAboutData(e)) {
                throw e;
            }
            if (records.size() == 1) {
                DecodedRecord refused = records.getFirst().rejected("rejected by the database: " + e.getSQLState());
                applyTogether(List.of(refused), positions, deadLettered);
            } else {
                int half = records.size() / 2;
                apply(records.subList(0, half), positions, deadLettered);
                apply(records.subList(half, records.size()), positions, deadLettered);
            }
        }
    }

    private void applyTogether(
            List<DecodedRecord> records, Map<TopicPartition, Long> positions, Set<DecodedRecord> deadLettered)
            throws SQLException, FencedException {
        Map<Projection, Fold> begun = folds.begin();
        SortedMap<TopicPartition, Step> steps = new TreeMap<>(OffsetTable.ORDER);
        List<DeadRecord> letters = new ArrayList<>();
        int erased = 0;
        for (DecodedRecord received : records) {
            TopicPartition partition = received.partition();
            Step step = steps.get(partition);
            long from = step == null ? position(positions, partition) : step.from();
            DecodedRecord.InputProgress progress = step == null ? null : step.progress();
            if (received.content() instanceof DecodedRecord.InputProgress later) {
                progress = later;
            }
            steps.put(partition, new Step(from, received.record().offset() + 1, progress));
            switch (received.content()) {
                case DecodedRecord.Decoded readable -> {
                    String reason = fold(received, readable.event(), begun);
                    if (reason != null && deadLettered.add(received)) {
                        letters.add(new DeadRecord(received.record(), reason));
                    }
                }
                case DecodedRecord.Rejected rejected -> {
                    if (deadLettered.add(received)) {
                        letters.add(new DeadRecord(received.record(), rejected.reason()));
                    }
                }
                case DecodedRecord.InputProgress _ -> {
                    // Stored with the offset.
                }
                case DecodedRecord.Skipped skipped ->
                    erased += skipped.reason() == DecodedRecord.SkipReason.ERASED ? 1 : 0;
            }
        }
        if (!letters.isEmpty()) {
            deadLetters.store(letters);
            metrics.deadLettered(letters);
        }
        Written written = flush(begun, steps, users(records));
        if (!written.erased().isEmpty()) {
            applyTogether(without(written.erased(), records), positions, deadLettered);
            return;
        }
        steps.forEach((partition, step) -> positions.put(partition, step.to()));
        metrics.committed(written.rows(), erased);
    }

    /**
     * The result of a transaction.
     *
     * @param erased users who were erased after their keys had been looked up; nothing is written if there is one
     */
    private record Written(Map<Projection, Integer> rows, Set<UUID> erased) {}

    private Written flush(Map<Projection, Fold> begun, SortedMap<TopicPartition, Step> steps, Set<UUID> users)
            throws SQLException, FencedException {
        return Transaction.<Written, FencedException>run(database, connection -> {
            ErasureBarrier.enter(connection);
            Set<UUID> erased = ErasedUsers.among(connection, users);
            if (!erased.isEmpty()) {
                return new Written(Map.of(), erased);
            }
            offsets.advance(connection, steps);
            folds.check(connection);
            Map<Projection, Integer> rows = new LinkedHashMap<>();
            for (Map.Entry<Projection, Fold> entry : begun.entrySet()) {
                rows.put(entry.getKey(), entry.getValue().flush(connection));
            }
            return new Written(rows, Set.of());
        });
    }

    private static Set<UUID> users(List<DecodedRecord> records) {
        Set<UUID> users = new HashSet<>();
        for (DecodedRecord received : records) {
            if (received.content() instanceof DecodedRecord.Decoded decoded) {
                users.add(decoded.event().userId());
            }
        }
        return users;
    }

    private static List<DecodedRecord> without(Set<UUID> erased, List<DecodedRecord> records) {
        return records.stream()
                .map(received -> received.content() instanceof DecodedRecord.Decoded decoded
                                && erased.contains(decoded.event().userId())
                        ? new DecodedRecord(
                                received.record(), new DecodedRecord.Skipped(DecodedRecord.SkipReason.ERASED))
                        : received)
                .toList();
    }

    private static @Nullable String fold(DecodedRecord received, ProjectionEvent event, Map<Projection, Fold> begun) {
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
            throw new IllegalStateException("Records of " + partition + " arrived before its position is known");
        }
        return position;
    }

    /** Returns whether the same records would fail again: data exceptions and integrity violations. */
    private static boolean isAboutData(SQLException e) {
        String state = e.getSQLState();
        return state != null && (state.startsWith("22") || state.startsWith("23"));
    }
}
