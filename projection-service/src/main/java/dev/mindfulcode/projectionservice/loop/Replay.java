package dev.mindfulcode.projectionservice.loop;

import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.fold.Tables;
import dev.mindfulcode.schemas.KafkaCluster;
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
 * Applies records of some partitions to the tables of a build, from their own offsets up to given limits. Runs on the
 * caller's thread, without a consumer group: these tables have one writer. Unusable after an exception. Not
 * thread-safe.
 *
 * <p>Records that can never be applied are already dead letters; here they are only counted.
 */
public final class Replay implements AutoCloseable {

    private static final Duration POLL_TIMEOUT = Duration.ofMillis(100);
    private static final int FETCH_MAX_BYTES = 8 << 20;
    private static final int FETCH_WAIT_MAX_MS = 50;
    private static final int RECORDS_MAX = 4_000;

    private final Consumer<byte @Nullable [], byte @Nullable []> consumer;
    private final RecordReader reader;
    private final BatchWriter writer;
    private final Map<TopicPartition, Long> known;
    private long rejected;

    /**
     * Starts at the offsets of the tables.
     *
     * @param partitions of topics of the projection
     */
    public Replay(
            KafkaCluster kafka,
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
        consumer = new KafkaConsumer<>(consumerConfig(kafka), new ByteArrayDeserializer(), new ByteArrayDeserializer());
        consumer.assign(partitions);
        known.forEach(consumer::seek);
    }

    /**
     * Applies records below the limits in one transaction; waits up to {@link #POLL_TIMEOUT} for records.
     *
     * @return how many records were applied
     * @throws SQLException if the database fails
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
        ConsumerRecords<byte @Nullable [], byte @Nullable []> polled = consumer.poll(POLL_TIMEOUT);
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
                throw new IllegalStateException("Another writer builds the same tables", e);
            }
        }
        return below.size();
    }

    /** Returns the next offset of each partition; all earlier records are applied. */
    public Map<TopicPartition, Long> positions() {
        Map<TopicPartition, Long> positions = new HashMap<>();
        known.keySet().forEach(partition -> positions.put(partition, consumer.position(partition)));
        return positions;
    }

    /** Returns how many records can never be applied. */
    public long rejected() {
        return rejected;
    }

    @Override
    public void close() {
        consumer.close();
        reader.close();
    }

    private static Map<String, Object> consumerConfig(KafkaCluster kafka) {
        return kafka.clientConfig(Map.of(
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
                FETCH_MAX_BYTES,
                ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG,
                FETCH_WAIT_MAX_MS));
    }
}
