package dev.mindfulcode.quickstart;

import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.flowstream.FlowStreamReset;
import dev.mindfulcode.projectionservice.readmodel.LogLossRepair;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListTopicsOptions;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Repairs stores that are ahead of the log after a power loss: the broker's last second was not on disk, while Postgres
 * already contains its effects.
 *
 * <p>Lost records are detected by comparing the end offsets of all topics, internal ones included, with the offsets
 * stored while the system ran and with those of the read model. Runs before any service starts, because new records
 * would reuse the lost offsets. The gateway republishes events that Postgres holds when it starts.
 */
final class LogRecovery {

    private static final Logger log = LoggerFactory.getLogger(LogRecovery.class);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    /** Its offsets may be past the end, too; records that it reads again have no effect. */
    private static final String ALERTS_GROUP = "mindful-team-alerts";

    private static final String OFFSETS =
            "SELECT topic, partition, next_offset FROM readmodel.projection_offsets WHERE next_offset > 0";

    private final Admin admin;
    private final PostgresUrl database;
    private final Path endsFile;
    private final Path streamState;
    private final Consumer<String> console;

    /**
     * Creates a recovery for one system.
     *
     * @param endsFile file in which {@link LogEndsRecorder} stores end offsets
     * @param streamState state folder of flow-stream
     * @param console prints a line on the terminal
     */
    LogRecovery(Admin admin, PostgresUrl database, Path endsFile, Path streamState, Consumer<String> console) {
        this.admin = admin;
        this.database = database;
        this.endsFile = endsFile;
        this.streamState = streamState;
        this.console = console;
    }

    /**
     * Detects lost records and repairs stores that include them; repeatable after a crash.
     *
     * @return number of lost records by topic; empty if none
     */
    SortedMap<String, Long> run() {
        try (Connection connection = database.dataSource().getConnection()) {
            LogEnds applied = applied(connection);
            LogEnds now = ends(admin);
            SortedMap<String, Long> lost =
                    LogEnds.read(endsFile).orLater(applied).lostBy(now);
            if (!lost.isEmpty()) {
                say(lost);
                repair(connection, lost.keySet(), applied);
            }
            ends(admin).write(endsFile);
            return lost;
        } catch (SQLException e) {
            throw new IllegalStateException("The read model's offsets cannot be read: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void say(SortedMap<String, Long> lost) {
        List<String> lines = new ArrayList<>();
        lines.add("The event log has lost its last records, as in a power loss:");
        lost.forEach(
                (topic, records) -> lines.add("  " + topic + ": " + records + (records == 1 ? " record" : " records")));
        lines.add("Data derived from them is removed and rebuilt from the remaining log.");
        lines.forEach(line -> {
            log.error("{}", line);
            console.accept(line);
        });
    }

    private void repair(Connection connection, Set<String> lost, LogEnds applied) throws SQLException {
        Set<String> again = new HashSet<>(lost);
        if (lost.stream().anyMatch(FlowStreamReset::dependsOn)) {
            new FlowStreamReset(admin).reset(streamState, List.of(ALERTS_GROUP));
            again.addAll(FlowStreamReset.derived());
        }
        if (!applied.offsets().isEmpty()) {
            Map<TopicPartition, Long> ends = new HashMap<>(ends(admin).offsets());
            // A deleted topic ends at offset 0.
            applied.offsets().keySet().forEach(partition -> ends.putIfAbsent(partition, 0L));
            connection.setAutoCommit(false);
            List<String> projections = LogLossRepair.repair(connection, ends, again);
            connection.commit();
            log.error("Log records were lost; rebuilding projections: {}", projections);
        }
    }

    /** Returns the read model's offsets; empty before its first start. */
    private static LogEnds applied(Connection connection) throws SQLException {
        Map<TopicPartition, Long> offsets = new HashMap<>();
        try (Statement statement = connection.createStatement()) {
            try (ResultSet exists =
                    statement.executeQuery("SELECT to_regclass('readmodel.projection_builds') IS NOT NULL")) {
                if (!exists.next() || !exists.getBoolean(1)) {
                    return LogEnds.none();
                }
            }
            try (ResultSet row = statement.executeQuery(OFFSETS)) {
                while (row.next()) {
                    offsets.put(new TopicPartition(row.getString(1), row.getInt(2)), row.getLong(3));
                }
            }
        }
        return new LogEnds(offsets);
    }

    /**
     * Returns the end offsets of all partitions.
     *
     * @throws KafkaException if the cluster rejects the request or does not respond
     */
    static LogEnds ends(Admin admin) {
        Set<String> topics =
                get(admin.listTopics(new ListTopicsOptions().listInternal(true)).names());
        Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
        for (TopicDescription topic :
                get(admin.describeTopics(topics).allTopicNames()).values()) {
            topic.partitions()
                    .forEach(partition ->
                            latest.put(new TopicPartition(topic.name(), partition.partition()), OffsetSpec.latest()));
        }
        Map<TopicPartition, Long> ends = new HashMap<>();
        get(admin.listOffsets(latest).all()).forEach((partition, end) -> ends.put(partition, end.offset()));
        return new LogEnds(ends);
    }

    private static <T> T get(KafkaFuture<T> future) {
        try {
            return future.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new KafkaException("Kafka does not say where its topics end: " + e.getMessage(), e);
        }
    }
}
