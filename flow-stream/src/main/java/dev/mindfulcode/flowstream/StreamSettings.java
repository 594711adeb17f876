package dev.mindfulcode.flowstream;

import dev.mindfulcode.schemas.KafkaCluster;
import dev.mindfulcode.schemas.Topics;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;

/**
 * The Kafka Streams configuration; {@link FlowStreamSettings} explains the parameters.
 *
 * @param commitInterval at high load; {@link CommitRounds} commits earlier while few records arrive. A commit stalls
 *     the stream for some milliseconds; live readers do not wait for it
 * @param standbys copies of the state on other instances
 */
record StreamSettings(
        KafkaCluster kafka,
        Path stateFolder,
        Duration commitInterval,
        int threads,
        int standbys,
        @Nullable String instanceId) {

    static final String APPLICATION_ID = Topics.FLOW_STREAM_GROUP;

    /** Longer than the commit interval and the lookup of a key; a crash holds back read_committed readers so long. */
    static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(60);

    /** The partitions of a crashed instance move to another one after this. */
    static final Duration SESSION_TIMEOUT = Duration.ofSeconds(15);

    static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(3);

    /** The longest downtime after which window stores can be restored if the state folder is lost too. */
    static final Duration WINDOW_CHANGELOG_ADDITIONAL_RETENTION = Duration.ofDays(7);

    static final long STORE_CACHE_BYTES_MAX = 16L << 20;

    Properties properties(DeadLetterFactory deadLetters) {
        Properties properties = new Properties();
        properties.putAll(kafka.clientConfig(Map.of()));
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, APPLICATION_ID);
        properties.put(StreamsConfig.STATE_DIR_CONFIG, stateFolder.toString());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, commitInterval.toMillis());
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads);
        properties.put(StreamsConfig.NUM_STANDBY_REPLICAS_CONFIG, standbys);
        properties.put(
                StreamsConfig.WINDOW_STORE_CHANGE_LOG_ADDITIONAL_RETENTION_MS_CONFIG,
                WINDOW_CHANGELOG_ADDITIONAL_RETENTION.toMillis());
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, STORE_CACHE_BYTES_MAX);
        properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedMemoryRocksDbConfig.class);
        properties.put(StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, DeserializationErrorHandler.class);
        properties.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, ProcessingErrorHandler.class);
        properties.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_GLOBAL_ENABLED_CONFIG, true);
        properties.put(StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG, ProductionErrorHandler.class);
        properties.put(DeadLetterFactory.CONFIG, deadLetters);
        // Changelogs accept rows that were put while the clock was ahead and are flushed after it was set back.
        properties.put(
                StreamsConfig.topicPrefix(TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG),
                Long.toString(Long.MAX_VALUE));
        properties.put(
                StreamsConfig.topicPrefix(TopicConfig.MAX_COMPACTION_LAG_MS_CONFIG),
                Long.toString(Topics.COMPACTION_LAG_MAX.toMillis()));
        properties.put(StreamsConfig.producerPrefix(ProducerConfig.LINGER_MS_CONFIG), 0);
        properties.put(
                StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG),
                Math.toIntExact(TRANSACTION_TIMEOUT.toMillis()));
        properties.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG),
                Math.toIntExact(SESSION_TIMEOUT.toMillis()));
        properties.put(
                StreamsConfig.mainConsumerPrefix(ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG),
                Math.toIntExact(HEARTBEAT_INTERVAL.toMillis()));
        if (instanceId != null) {
            // Streams adds the number of the thread.
            properties.put(StreamsConfig.mainConsumerPrefix(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG), instanceId);
        }
        return properties;
    }
}
