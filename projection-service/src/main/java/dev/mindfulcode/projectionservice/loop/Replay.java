package dev.mindfulcode.projectionservice.loop;

import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.fold.Tables;
import dev.mindfulcode.schemas.SchemaRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Applies some partitions, from where the tables' own offsets say and never past a limit, to tables that are being
 * built. On its caller's thread and in no group: nobody else has these tables. After an exception it is of no use any
 * more. Not thread-safe.
 *
 * <p>What can never be applied has been put among the dead letters when it first came; here it is only counted.
 */
public final class Replay implements AutoCloseable {

    private static final Duration POLL_MAX = Duration.ofMillis(100);
    private static final int FETCH_BYTES_MAX = 8 << 20;
    private static final int FETCH_WAIT_MS_MAX = 50;
    private static final int RECORDS_MAX = 4_000;

    private final Consumer<byte @Nullable [], byte @Nullable []> consumer;
    private final RecordReader reader;
    private final BatchWriter writer;
    private final Map<TopicPartition, Long> known;
    private long rejected;

    /**
     * Begins where the tables stand.
     *
     * @param partitions of topics of the projection
     */
    public Replay(
            String bootstrapServers,
            SchemaRegistry registry,
            DataSource database,
            UserKeys keys,
            Projection projection,
            Tables tables,
            Set<TopicPartition> partitions,
            LoopMetrics metrics)
            throws SQLException {
        reader = new RecordReader(projection.topics(), registry, keys);
        writer = new BatchWriter(
                database,
                tables,
                FoldSet.fixed(tables, List.of(projection)),
                records -> rejected += records.size(),
                metrics);
        known = new HashMap<>(writer.positions(partitions));
        consumer = new KafkaConsumer<>(
                consumerConfig(bootstrapServers), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.assign(partitions);
        known.forEach(consumer::seek);
    }

    /**
     * Applies records below the limits in one transaction; waits a moment where none has come.
     *
     * @return how many
     * @throws SQLException where the database does not do it just now
     */
    public int step(Map<TopicPartition, Long> limits) throws SQLException {
        Set<TopicPartition> open = new HashSet<>();
        for (TopicPartition partition : known.keySet()) {
            if (consumer.position(partition) < limits.getOrDefault(partition, 0L)) {
                open.add(partition);
            }
        }
        if (open.isEmpty()) {
            return 0;
        }
        Set<TopicPartition> closed = new HashSet<>(known.keySet());
        closed.removeAll(open);
        consumer.pause(closed);
        consumer.resume(open);
        ConsumerRecords<byte @Nullable [], byte @Nullable []> polled = consumer.poll(POLL_MAX);
        List<ConsumerRecord<byte @Nullable [], byte @Nullable []>> below = new ArrayList<>();
        for (TopicPartition partition : polled.partitions()) {
            long limit = limits.getOrDefault(partition, 0L);
            for (ConsumerRecord<byte @Nullable [], byte @Nullable []> record : polled.records(partition)) {
                if (record.offset() >= limit) {
                    consumer.seek(partition, record.offset());
                    break;
                }
                below.add(record);
            }
        }
        if (!below.isEmpty()) {
            try {
                writer.apply(reader.read(below), known);
            } catch (FencedException e) {
                throw new IllegalStateException("somebody else builds these tables", e);
            }
        }
        return below.size();
    }

    /** Returns the next offset of each partition: all below it that there is has been applied. */
    public Map<TopicPartition, Long> positions() {
        Map<TopicPartition, Long> positions = new HashMap<>();
        known.keySet().forEach(partition -> positions.put(partition, consumer.position(partition)));
        return positions;
    }

    /** Returns how many records could not be applied, for good. */
    public long rejected() {
        return rejected;
    }

    @Override
    public void close() {
        consumer.close();
        reader.close();
    }

    private static Map<String, Object> consumerConfig(String bootstrapServers) {
        return Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrapServers,
                ConsumerConfig.CLIENT_ID_CONFIG,
                "mindful-projection-rebuild",
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                "read_committed",
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest",
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                false,
                ConsumerConfig.MAX_POLL_RECORDS_CONFIG,
                RECORDS_MAX,
                ConsumerConfig.FETCH_MAX_BYTES_CONFIG,
                FETCH_BYTES_MAX,
                ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                FETCH_WAIT_MS_MAX);
    }
}
