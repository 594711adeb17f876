package dev.mindfulcode.schemas;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.TopicConfig;

/**
 * The layout of the catalogue's topics on a cluster.
 *
 * @param partitions of each topic but compacted ones, which have one
 * @param replication copies of each partition, at most the number of brokers
 * @param minInSyncReplicas copies that must have a record before a write with acks=all succeeds
 */
public record TopicLayout(int partitions, int replication, int minInSyncReplicas) {

    static final String UNLIMITED = "-1";
    static final String COMPACTION_LAG_MAX_MS = Long.toString(Topics.COMPACTION_LAG_MAX.toMillis());

    private static final int PARTITIONS_MAX = 10_000;

    /** A dead letter wraps a record of up to the default 1 MiB. */
    private static final int DEAD_LETTER_BYTES_MAX = 2 * 1024 * 1024;

    public TopicLayout {
        requireBetween("partitions", partitions, PARTITIONS_MAX);
        requireBetween("replication", replication, Short.MAX_VALUE);
        requireBetween("min.insync.replicas", minInSyncReplicas, replication);
    }

    /** Returns a layout in which one broker may be away without writes failing, if there are at least two copies. */
    public static TopicLayout of(int partitions, int replication) {
        return new TopicLayout(partitions, replication, Math.max(1, replication - 1));
    }

    private static void requireBetween(String name, int value, int max) {
        if (value < 1 || value > max) {
            throw new IllegalArgumentException(name + " is " + value + "; must be between 1 and " + max);
        }
    }

    int partitionsOf(Topic<?> topic) {
        return topic.partitionsOf(partitions);
    }

    /** Returns the topic as {@link Topics#createMissing} creates it. */
    public NewTopic newTopic(Topic<?> topic) {
        return new NewTopic(topic.name(), Optional.of(partitionsOf(topic)), Optional.of((short) replication))
                .configs(settings(topic));
    }

    /** Returns the settings of a topic that differ from the broker's defaults, by name. */
    Map<String, String> settings(Topic<?> topic) {
        Map<String, String> settings = new TreeMap<>();
        settings.put(
                TopicConfig.CLEANUP_POLICY_CONFIG,
                topic.compacted() ? TopicConfig.CLEANUP_POLICY_COMPACT : TopicConfig.CLEANUP_POLICY_DELETE);
        settings.put(TopicConfig.RETENTION_BYTES_CONFIG, "-1");
        if (topic.compacted()) {
            settings.put(TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG, COMPACTION_LAG_MAX_MS);
        }
        // Accepts records stamped while a server's clock was ahead.
        settings.put(TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG, Long.toString(Long.MAX_VALUE));
        settings.put(TopicConfig.MIN_IN_SYNC_REPLICAS_CONFIG, Integer.toString(minInSyncReplicas));
        Duration retention = topic.retention();
        if (retention == null) {
            settings.put(TopicConfig.RETENTION_MS_CONFIG, UNLIMITED);
        } else {
            settings.put(TopicConfig.RETENTION_MS_CONFIG, Long.toString(retention.toMillis()));
            // Streams copies event time to its output. Records of late batches and rebuilds would be past their
            // retention when written, so retention counts from the time of writing.
            settings.put(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime");
        }
        if (topic.equals(Topics.DEAD_LETTERS)) {
            settings.put(TopicConfig.MAX_MESSAGE_BYTES_CONFIG, Integer.toString(DEAD_LETTER_BYTES_MAX));
        }
        return settings;
    }
}
