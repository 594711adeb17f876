package dev.mindfulcode.projectionservice.rebuild;

import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.loop.LoopMetrics;
import dev.mindfulcode.projectionservice.readmodel.ReadModel;
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
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One build's way: reads up to where the projection in use stands, is compared with it, and takes its place. It never
 * gets ahead of it. For both the comparison and the exchange, the offsets in use are held for the moment it takes to
 * read up to exactly there; what is live waits meanwhile, readers do not. Rows and offsets of a build commit together,
 * so it goes on after a crash where it was.
 */
final class Rebuild {

    private static final Logger LOG = LoggerFactory.getLogger(Rebuild.class);

    /** So near that the rest is read in a moment. */
    private static final long NEAR_RECORDS = 5_000;

    private static final long LOOK_MS = 100;
    private static final long HELD_LOOK_MS = 2;
    private static final Duration HELD_MAX = Duration.ofSeconds(2);

    /** Readers that come while the exchange waits for those before them wait as long. Far below a deadlock's second. */
    private static final String EXCHANGE_LOCK_MAX = "SET LOCAL lock_timeout = '200ms'";

    private static final String HOLD_LOCK_MAX = "SET LOCAL lock_timeout = '5s'";
    private static final String COMPARISON_TIME_MAX = "SET LOCAL statement_timeout = '60min'";
    private static final int EXCHANGE_PAUSE_MS_MIN = 50;
    private static final int EXCHANGE_PAUSE_MS_MAX = 300;
    private static final Duration ADMIN_MAX = Duration.ofSeconds(30);

    private final RebuildSettings settings;
    private final Connection connection;
    private final BuildTable builds;
    private final Build before;
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
     * @param connection the one that holds the lock on rebuilds, outside of a transaction
     */
    Rebuild(RebuildSettings settings, Connection connection, Build before, Build next, Projection projection)
            throws SQLException {
        this.settings = settings;
        this.connection = connection;
        this.before = before;
        this.next = next;
        this.projection = projection;
        builds = new BuildTable(connection);
        topics = projection.topics().stream().map(Topic::name).toList();
        Map<TopicPartition, Long> limits = ActiveOffsets.of(connection, topics);
        begins = firstOffsets(settings.bootstrapServers(), limits);
        metrics = new LoopMetrics(settings.meters(), "rebuild", List.of(projection));
        workers = new ReplayWorkers(settings, next, projection, limits, metrics);
    }

    /**
     * Goes the whole way, or until the build is refused.
     *
     * @throws RebuildCancelledException where it is not wanted any more
     */
    void run() throws SQLException, InterruptedException {
        try (metrics;
                workers) {
            catchUp("reading");
            ComparisonReport report = compared();
            for (String table : next.tables()) {
                builds.execute("ANALYZE " + next.stagingTables().qualifiedName(table));
            }
            String refusal = next.order().isForced() ? null : refusal(report);
            if (refusal != null) {
                LOG.warn("{} is not switched to: {}", next, refusal);
                builds.refuse(next, report.withRefusal(refusal));
                return;
            }
            builds.report(next, report);
            while (!isExchanged()) {
                catchUp("switching");
            }
            LOG.info("{} is in use; {} is kept", next, before);
        }
    }

    private void catchUp(String phase) throws SQLException, InterruptedException {
        long remaining = look(phase);
        while (remaining > NEAR_RECORDS) {
            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
            remaining = look(phase);
        }
    }

    /**
     * Lets the workers go on to where the projection in use is now, tells how far they are, and returns how far that
     * is.
     */
    private long look(String phase) throws SQLException {
        Map<TopicPartition, Long> limits = ActiveOffsets.of(connection, topics);
        if (!begins.keySet().containsAll(limits.keySet())) {
            throw new IllegalStateException("there are more partitions than before; going on with all of them");
        }
        workers.setLimits(limits);
        long remaining = remaining(limits);
        long total = limits.entrySet().stream()
                .mapToLong(limit -> limit.getValue() - Math.min(limit.getValue(), begin(limit.getKey())))
                .sum();
        double seconds = (System.nanoTime() - begunNs) / 1e9;
        progress = new RebuildProgress(phase, total - remaining, total, Math.round(workers.records() / seconds));
        metrics.lag(projection, remaining);
        tell(progress);
        return remaining;
    }

    private void tell(RebuildProgress now) throws SQLException {
        if (!builds.progress(next, now)) {
            throw new RebuildCancelledException();
        }
    }

    private ComparisonReport compared() throws SQLException, InterruptedException {
        if (before.number() == 0) {
            return new ComparisonReport(null, List.of(), cut(), workers.rejected());
        }
        try (Connection comparing = settings.database().getConnection()) {
            comparing.setAutoCommit(false);
            comparing.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
            try {
                while (!isSeenAtTheSameOffsets(comparing)) {
                    catchUp("reading");
                }
                tell(new RebuildProgress(
                        "comparing", progress.records(), progress.recordsTotal(), progress.recordsPerSecond()));
                new BuildTable(comparing).execute(COMPARISON_TIME_MAX);
                List<ComparisonReport.Table> tables =
                        new Comparison(comparing).compare(before, ReadModel.TABLES, next, next.stagingTables());
                return new ComparisonReport(null, tables, cut(), workers.rejected());
            } finally {
                comparing.rollback();
                comparing.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            }
        }
    }

    /** Takes the snapshot of a transaction while both builds stand at the same offsets. */
    private boolean isSeenAtTheSameOffsets(Connection comparing) throws SQLException, InterruptedException {
        return whileHeld(() -> {
            ActiveOffsets.of(comparing, topics);
            return true;
        });
    }

    private boolean isExchanged() throws SQLException, InterruptedException {
        try {
            return whileHeld(() -> {
                builds.execute(EXCHANGE_LOCK_MAX);
                builds.cutOver(before, next, topics);
                connection.commit();
                return true;
            });
        } catch (SQLException e) {
            if (!BuildTable.LOCK_NOT_AVAILABLE.equals(e.getSQLState())) {
                throw e;
            }
            TimeUnit.MILLISECONDS.sleep(
                    ThreadLocalRandom.current().nextInt(EXCHANGE_PAUSE_MS_MIN, EXCHANGE_PAUSE_MS_MAX));
            return false;
        }
    }

    private interface Held {
        boolean done() throws SQLException;
    }

    /**
     * Does something while both builds stand at the same offsets; returns false where they did not get there in time.
     */
    private boolean whileHeld(Held held) throws SQLException, InterruptedException {
        connection.setAutoCommit(false);
        workers.setUnthrottled(true);
        try {
            builds.execute(HOLD_LOCK_MAX);
            Map<TopicPartition, Long> limits = ActiveOffsets.lock(connection, topics);
            workers.setLimits(limits);
            long deadlineNs = System.nanoTime() + HELD_MAX.toNanos();
            while (remaining(limits) > 0) {
                if (System.nanoTime() - deadlineNs > 0) {
                    return false;
                }
                TimeUnit.MILLISECONDS.sleep(HELD_LOOK_MS);
            }
            return held.done();
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

    /** Why a build does not take the place of the one before by itself, or null. */
    private @Nullable String refusal(ComparisonReport report) {
        boolean isFewer = report.tables().stream().anyMatch(table -> table.rows() < table.rowsBefore());
        if (isFewer && !report.truncatedRecords().isEmpty()) {
            return "it has fewer rows, and the first records of its topics are gone";
        }
        if (isFewer) {
            return "it has fewer rows";
        }
        if (next.version() != null && next.version().equals(before.version()) && !report.isIdentical()) {
            return "the same fold gave other rows";
        }
        return null;
    }

    private Map<String, Long> cut() {
        Map<String, Long> cut = new TreeMap<>();
        begins.forEach((partition, first) -> {
            if (first > 0) {
                cut.merge(partition.topic(), first, Long::sum);
            }
        });
        return cut;
    }

    private static Map<TopicPartition, Long> firstOffsets(
            String bootstrapServers, Map<TopicPartition, Long> partitions) {
        Map<TopicPartition, OffsetSpec> asked = new HashMap<>();
        partitions.keySet().forEach(partition -> asked.put(partition, OffsetSpec.earliest()));
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers))) {
            Map<TopicPartition, Long> first = new HashMap<>();
            for (Map.Entry<TopicPartition, ListOffsetsResultInfo> found : admin.listOffsets(asked)
                    .all()
                    .get(ADMIN_MAX.toMillis(), TimeUnit.MILLISECONDS)
                    .entrySet()) {
                first.put(found.getKey(), found.getValue().offset());
            }
            return first;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new KafkaException("Kafka does not say where its topics begin", e);
        }
    }
}
