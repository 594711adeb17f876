package dev.mindfulcode.projectionservice.loop;

import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.fold.Tables;
import dev.mindfulcode.schemas.Topic;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * A loop: which topics it follows and what it makes of them.
 *
 * @param name of its thread and in its metrics
 * @param group which instances of this loop share partitions; it stores no offsets
 * @param instanceId where set, whoever comes with it takes the partitions of the one before at once: for an instance
 *     that is always started again with the same one, and not by another while it is away
 * @param topics its own: two loops never read the same topic into the same tables
 * @param projections those that read any of the topics, in all their versions
 * @param recordsMax how many records make a transaction at most
 */
public record LoopSettings(
        String name,
        String group,
        @Nullable String instanceId,
        String bootstrapServers,
        List<Topic<?>> topics,
        List<Projection> projections,
        Tables tables,
        int recordsMax) {

    /** Bounds how long a partition that was just given a position waits behind a fetch that found nothing. */
    private static final int FETCH_WAIT_MS_MAX = 50;

    private static final int FETCH_BYTES_MAX = 8 << 20;

    /** A new topic is noticed this late. */
    private static final int METADATA_AGE_MS_MAX = 5_000;

    /** So long do the partitions of an instance that died without a word wait for another. */
    private static final int SESSION_MS_MAX = 10_000;

    private static final int HEARTBEAT_MS = 2_000;

    /** A batch is one transaction and takes milliseconds; a stuck one ends by the statement's timeout long before. */
    private static final int POLL_INTERVAL_MS_MAX = 120_000;

    Map<String, Object> consumerConfig() {
        Map<String, Object> config = new HashMap<>();
        config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        config.put(ConsumerConfig.GROUP_ID_CONFIG, group);
        // The newer protocol leaves it to the broker when a dead member's partitions are free: after 45 s by default.
        config.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, "classic");
        config.put(
                ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
                List.of(CooperativeStickyAssignor.class.getName()));
        config.put(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, SESSION_MS_MAX);
        config.put(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG, HEARTBEAT_MS);
        if (instanceId != null) {
            config.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, instanceId);
        }
        config.put(ConsumerConfig.CLIENT_ID_CONFIG, "mindful-projection-" + name);
        config.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
        config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
        config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
        config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
        config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, recordsMax);
        config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, FETCH_WAIT_MS_MAX);
        config.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES_MAX);
        config.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, METADATA_AGE_MS_MAX);
        config.put(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG, POLL_INTERVAL_MS_MAX);
        config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
        return config;
    }

    List<String> topicNames() {
        return topics.stream().map(Topic::name).toList();
    }
}
