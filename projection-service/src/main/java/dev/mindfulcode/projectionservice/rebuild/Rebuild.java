package dev.mindfulcode.projectionservice.rebuild;

import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.loop.LoopMetrics;
import dev.mindfulcode.projectionservice.readmodel.ReadModel;
import dev.mindfulcode.schemas.KafkaCluster;
import dev.mindfulcode.schemas.Topic;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One rebuild: reads up to the position of the projection in use, never beyond it, compares the rows and cuts over. For
 * both the snapshot of the comparison and the cut-over, the offsets in use are locked until the build has reached
 * exactly these offsets; live updates wait meanwhile, readers do not. Rows and offsets of a build commit together, so
 * it resumes after a crash.
 */
final class Rebuild {

    private static final Logger log = LoggerFactory.getLogger(Rebuild.class);

    /** Distance that is read within moments. */
    private static final long NEAR_RECORDS = 5_000;

    private static final long POLL_INTERVAL_MS = 100;
    private static final long LOCKED_POLL_INTERVAL_MS = 2;
    private static final Duration LOCKED_TIMEOUT = Duration.ofSeconds(2);

    /** Readers that arrive while the cut-over waits for its lock wait as long. */
    private static final String CUT_OVER_LOCK_TIMEOUT = "SET LOCAL lock_timeout = '200ms'";

    private static final String OFFSET_LOCK_TIMEOUT = "SET LOCAL lock_timeout = '5s'";
    private static final String COMPARISON_TIMEOUT = "SET LOCAL statement_timeout = '60min'";
    private static final int RETRY_DELAY_MIN_MS = 50;
    private static final int RETRY_DELAY_MAX_MS = 300;
    private static final Duration ADMIN_TIMEOUT = Duration.ofSeconds(30);

    private final RebuildSettings settings;
    private final Connection connection;
    private final BuildTable builds;
    private final Build current;
    private final Build next;
    private final Projection projection;
    private final List<String> topics;
    private final LoopMetrics metrics;
    private final ReplayWorkers workers;
    private final Map<TopicPartition, Long> begins;
    private final long begunNs = System.nanoTime();
    private RebuildProgress progress = new RebuildProgress("reading", 0, 0, 0);

    /**
     * Starts reading.
     *
     * @param connection holds the lock on rebuilds, outside of a transaction
     */
    Rebuild(RebuildSettings settings, Connection connection, Build current, Build next, Projection projection)
            throws SQLException {
        this.settings = settings;
        this.connection = connection;
        this.current = current;
        this.next = next;
        this.projection = projection;
        builds = new BuildTable(connection);
        topics = projection.topics().stream().map(Topic::name).toList();
        Map<TopicPartition, Long> limits = ActiveOffsets.of(connection, topics);
        begins = firstOffsets(settings.kafka(), limits);
        metrics = new LoopMetrics(settings.meters(), "rebuild", List.of(projection));
        workers = new ReplayWorkers(settings, next, projection, limits, metrics);
    }

    /**
     * Completes the rebuild, unless it is refused.
     *
     * @throws RebuildCancelledException if the operator cancelled it
     */
    void run() throws SQLException, InterruptedException {
        try (metrics;
                workers) {
            catchUp("reading");
            ComparisonReport report = compare();
            for (String table : next.tables()) {
                builds.execute("ANALYZE " + next.stagingTables().qualifiedName(table));
            }
            String refusal = next.order().isForced() ? null : refusal(report);
            if (refusal != null) {
                log.warn("Rebuild refused: build={}, reason={}", next, refusal);
                builds.refuse(next, report.withRefusal(refusal));
                return;
            }
            builds.report(next, report);
            while (!isCutOver()) {
                catchUp("switching");
            }
            log.info("Rebuild complete: in use={}, retained={}", next, current);
        }
    }

    private void catchUp(String phase) throws SQLException, InterruptedException {
        long remaining = updateProgress(phase);
        while (remaining > NEAR_RECORDS) {
            TimeUnit.MILLISECONDS.sleep(POLL_INTERVAL_MS);
            remaining = updateProgress(phase);
        }
    }

    /** Moves the workers' limits to the position in use, stores the progress, and returns the records that remain. */
    private long updateProgress(String phase) throws SQLException {
        Map<TopicPartition, Long> limits = ActiveOffsets.of(connection, topics);
        if (!begins.keySet().containsAll(limits.keySet())) {
            throw new IllegalStateException("Partitions were added; the rebuild restarts with all of them");
        }
        workers.setLimits(limits);
        long remaining = remaining(limits);
        long total = limits.entrySet().stream()
                .mapToLong(limit -> limit.getValue() - Math.min(limit.getValue(), begin(limit.getKey())))
                .sum();
        double seconds = (System.nanoTime() - begunNs) / 1e9;
        progress = new RebuildProgress(phase, total - remaining, total, Math.round(workers.records() / seconds));
        metrics.lag(projection, remaining);
        store(progress);
        return remaining;
    }

    private void store(RebuildProgress now) throws SQLException {
        if (!builds.progress(next, now)) {
            throw new RebuildCancelledException();
        }
    }

    private ComparisonReport compare() throws SQLException, InterruptedException {
        if (current.number() == 0) {
            return new ComparisonReport(null, List.of(), truncated(), workers.rejected());
        }
        try (Connection comparing = settings.database().getConnection()) {
            comparing.setAutoCommit(false);
            comparing.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            try {
                while (!isSnapshotTaken(comparing)) {
                    catchUp("reading");
                }
                store(new RebuildProgress(
                        "comparing", progress.records(), progress.recordsTotal(), progress.recordsPerSecond()));
                new BuildTable(comparing).execute(COMPARISON_TIMEOUT);
                List<ComparisonReport.Table> tables =
                        new Comparison(comparing).compare(current, ReadModel.TABLES, next, next.stagingTables());
                return new ComparisonReport(null, tables, truncated(), workers.rejected());
            } finally {
                comparing.rollback();
                comparing.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            }
        }
    }

    /**
     * Creates the snapshot of a transaction while both builds are at the same offsets; returns whether it succeeded.
     */
    private boolean isSnapshotTaken(Connection comparing) throws SQLException, InterruptedException {
        return whileLocked(() -> {
            ActiveOffsets.of(comparing, topics);
            return true;
        });
    }

    private boolean isCutOver() throws SQLException, InterruptedException {
        try {
            return whileLocked(() -> {
                builds.execute(CUT_OVER_LOCK_TIMEOUT);
                builds.cutOver(current, next, topics);
                connection.commit();
                return true;
            });
        } catch (SQLException e) {
            if (!BuildTable.LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                throw e;
            }
            TimeUnit.MILLISECONDS.sleep(ThreadLocalRandom.current().nextInt(RETRY_DELAY_MIN_MS, RETRY_DELAY_MAX_MS));
            return false;
        }
    }

    private interface Action {
        boolean run() throws SQLException;
    }

    /** Runs an action while both builds are at the same offsets; returns false if they did not get there in time. */
    private boolean whileLocked(Action action) throws SQLException, InterruptedException {
        connection.setAutoCommit(false);
        workers.setUnthrottled(true);
        try {
            builds.execute(OFFSET_LOCK_TIMEOUT);
            Map<TopicPartition, Long> limits = ActiveOffsets.lock(connection, topics);
            workers.setLimits(limits);
            long deadlineNs = System.nanoTime() + LOCKED_TIMEOUT.toNanos();
            while (remaining(limits) > 0) {
                if (System.nanoTime() - deadlineNs > 0) {
                    return false;
                }
                TimeUnit.MILLISECONDS.sleep(LOCKED_POLL_INTERVAL_MS);
            }
            return action.run();
        } finally {
            workers.setUnthrottled(false);
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    private long remaining(Map<TopicPartition, Long> limits) {
        Map<TopicPartition, Long> positions = workers.positions();
        long remaining = 0;
        for (Map.Entry<TopicPartition, Long> limit : limits.entrySet()) {
            long begin = begin(limit.getKey());
            remaining += Math.max(0, limit.getValue() - Math.max(begin, positions.getOrDefault(limit.getKey(), begin)));
        }
        return remaining;
    }

    private long begin(TopicPartition partition) {
        return begins.getOrDefault(partition, 0L);
    }

    /** Returns why the build must not replace the one in use without force, or null. */
    private @Nullable String refusal(ComparisonReport report) {
        boolean isFewer = report.tables().stream().anyMatch(table -> table.rows() < table.rowsBefore());
        if (isFewer && !report.truncatedRecords().isEmpty()) {
            return "it has fewer rows, and the first records of its topics are gone";
        }
        if (isFewer) {
            return "it has fewer rows";
        }
        if (next.version() != null && next.version().equals(current.version()) && !report.isIdentical()) {
            return "the same fold gave other rows";
        }
        return null;
    }

    private Map<String, Long> truncated() {
        Map<String, Long> truncated = new TreeMap<>();
        begins.forEach((partition, first) -> {
            if (first > 0) {
                truncated.merge(partition.topic(), first, Long::sum);
            }
        });
        return truncated;
    }

    private static Map<TopicPartition, Long> firstOffsets(KafkaCluster kafka, Map<TopicPartition, Long> partitions) {
        Map<TopicPartition, OffsetSpec> specs = new HashMap<>();
        partitions.keySet().forEach(partition -> specs.put(partition, OffsetSpec.earliest()));
        try (Admin admin = Admin.create(kafka.clientConfig(Map.of()))) {
            Map<TopicPartition, Long> first = new HashMap<>();
            for (Map.Entry<TopicPartition, ListOffsetsResultInfo> found : admin.listOffsets(specs)
                    .all()
                    .get(ADMIN_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                    .entrySet()) {
                first.put(found.getKey(), found.getValue().offset());
            }
            return first;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("Interrupted while reading first offsets", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new KafkaException("Cannot read the first offsets of topics", e);
        }
    }
}
