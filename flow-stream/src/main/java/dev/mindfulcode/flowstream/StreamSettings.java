package dev.mindfulcode.flowstream;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.jspecify.annotations.Nullable;

/**
 * What the stream is run with.
 *
 * @param stateFolder where RocksDB keeps its files; the stream can always refill it from Kafka
 * @param commitInterval how often results become visible to read_committed readers while many records come
 *     ({@link CommitRounds} commits earlier while few come); each commit stalls the stream for some milliseconds, and
 *     live readers do not wait for it
 * @param threads at most the number of partitions does something
 * @param instanceId a lasting name that no other instance has: one that is started again with it takes its partitions
 *     back at once (static membership, KIP-345); null where a dead instance's partitions wait for
 *     {@link #SESSION_TIMEOUT}
 */
record StreamSettings(
        String bootstrapServers,
        Path stateFolder,
        Duration commitInterval,
        int threads,
        @Nullable String instanceId) {

    static final String APPLICATION_ID = "mindful-flow";

    /**
     * Outlives the commit interval and the longest wait for a key, and bounds how long a crash holds back
     * read_committed readers.
     */
    static final Duration TRANSACTION_TIMEOUT = Duration.ofSeconds(60);

    /** After a crash the partitions of the dead instance are taken over by another no earlier than this. */
    static final Duration SESSION_TIMEOUT = Duration.ofSeconds(15);

    static final Duration HEARTBEAT_INTERVAL = Duration.ofSeconds(3);

    static final long STORE_CACHE_BYTES_MAX = 16L << 20;

    StreamSettings {
        if (commitInterval.isNegative()
                || commitInterval.isZero()
                || commitInterval.compareTo(Duration.ofSeconds(30)) > 0) {
            throw new IllegalArgumentException("MINDFUL_COMMIT_INTERVAL_MS must lie between 1 and 30000");
        }
        if (threads < 1) {
            throw new IllegalArgumentException("MINDFUL_STREAM_THREADS must be at least 1");
        }
    }

    Properties properties(DeadLetterFactory deadLetters) {
        Properties properties = new Properties();
        properties.put(StreamsConfig.APPLICATION_ID_CONFIG, APPLICATION_ID);
        properties.put(StreamsConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
        properties.put(StreamsConfig.STATE_DIR_CONFIG, stateFolder.toString());
        properties.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        properties.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, commitInterval.toMillis());
        properties.put(StreamsConfig.NUM_STREAM_THREADS_CONFIG, threads);
        properties.put(StreamsConfig.STATESTORE_CACHE_MAX_BYTES_CONFIG, STORE_CACHE_BYTES_MAX);
        properties.put(StreamsConfig.ENSURE_EXPLICIT_INTERNAL_RESOURCE_NAMING_CONFIG, true);
        properties.put(StreamsConfig.ROCKSDB_CONFIG_SETTER_CLASS_CONFIG, BoundedMemoryRocksDbConfig.class);
        properties.put(StreamsConfig.DESERIALIZATION_EXCEPTION_HANDLER_CLASS_CONFIG, DeserializationErrorHandler.class);
        properties.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_CLASS_CONFIG, ProcessingErrorHandler.class);
        properties.put(StreamsConfig.PROCESSING_EXCEPTION_HANDLER_GLOBAL_ENABLED_CONFIG, true);
        properties.put(StreamsConfig.PRODUCTION_EXCEPTION_HANDLER_CLASS_CONFIG, ProductionErrorHandler.class);
        properties.put(DeadLetterFactory.CONFIG, deadLetters);
        // Changelogs take what was put while the clock was ahead, though it is flushed after the clock was set back.
        properties.put(
                StreamsConfig.topicPrefix(TopicConfig.MESSAGE_TIMESTAMP_AFTER_MAX_MS_CONFIG),
                Long.toString(Long.MAX_VALUE));
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
