package dev.mindfulcode.projectionservice.loop;

import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.fold.Tables;
import dev.mindfulcode.schemas.KafkaCluster;
import dev.mindfulcode.schemas.Topic;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * Settings of a loop.
 *
 * @param name of its thread and in its metrics
 * @param group consumer group in which instances of this loop share partitions; it stores no offsets
 * @param instanceId null, or a static group member id: a restarted instance resumes its partitions at once. No other
 *     instance may use it
 * @param topics of this loop only: two loops never read the same topic into the same tables
 * @param projections all that read any of the topics, in all their versions
 * @param recordsMax records per transaction
 */
public record LoopSettings(
        String name,
        String group,
        @Nullable String instanceId,
        KafkaCluster kafka,
        List<Topic<?>> topics,
        List<Projection> projections,
        Tables tables,
        int recordsMax) {

    /** Bounds how long a resumed partition waits behind an empty fetch. */
    private static final int FETCH_WAIT_MAX_MS = 50;

    private static final int FETCH_MAX_BYTES = 8 << 20;

    /** Delay until a new topic is found. */
    private static final int METADATA_MAX_AGE_MS = 5_000;

    /** Delay until the partitions of a crashed instance are reassigned. */
    private static final int SESSION_TIMEOUT_MS = 10_000;

    private static final int HEARTBEAT_INTERVAL_MS = 2_000;

    /** A batch is one transaction of milliseconds; the statement timeout ends a stuck one long before. */
    private static final int POLL_INTERVAL_MAX_MS = 120_000;

    Map<String, Object> consumerConfig() {
        Map<String, Object> config = new HashMap<>();
        config.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        // With the newer protocol the broker decides when a dead member's partitions are free: after 45 s by default.
        config.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
        config.put(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                List.of(CooperativeStickyAssignor.class.getName()));
        config.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_TIMEOUT_MS);
        config.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, HEARTBEAT_INTERVAL_MS);
        if (instanceId != null) {
            config.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, instanceId);
        }
        config.put(ConsumerConfig.CLIENT_ID_CONFIG, "mindful-projection-" + name);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, recordsMax);
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MAX_MS);
        config.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_MAX_BYTES);
        config.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, METADATA_MAX_AGE_MS);
        config.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, POLL_INTERVAL_MAX_MS);
        config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        return kafka.clientConfig(config);
    }

    List<String> topicNames() {
        return topics.stream().map(Topic::name).toList();
    }
}
