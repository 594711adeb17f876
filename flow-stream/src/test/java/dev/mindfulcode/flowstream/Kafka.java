package dev.mindfulcode.flowstream;

import dev.mindfulcode.dataprotection.ErasedUsers;
import dev.mindfulcode.embeddedplatform.Platform;
import dev.mindfulcode.embeddedplatform.TestPlatform;
import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.ProgressMarker;
import dev.mindfulcode.schemas.PublishedModel;
import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;

/** The test's end of the real broker: writes what ingest and gateway write, reads what projections read. */
final class Kafka implements AutoCloseable {

    static final Platform PLATFORM = TestPlatform.shared();
    static final int PARTITIONS = 3;

    private final KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
            Map.of(
                    ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                    PLATFORM.bootstrapServers(),
                    ProducerConfig.ACKS_CONFIG,
                    "all"),
            new ByteArraySerializer(),
            new ByteArraySerializer());

    private final List<Reading<?>> readings = new ArrayList<>();

    Kafka() {
        try (Admin admin =
                Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, PLATFORM.bootstrapServers()))) {
            Topics.createMissing(admin, PARTITIONS, (short) 1);
        }
        Topics.registerSchemas(StreamDriver.REGISTRY);
    }

    void type(Typing who, KeystrokeBatch batch) {
        send(Topics.KEYSTROKES, who.userId(), batch);
    }

    <V extends SpecificRecord> void send(Topic<V> topic, UUID userId, V value) {
        sendRaw(topic, userId.toString().getBytes(StandardCharsets.UTF_8), Seals.value(topic, userId, value));
    }

    /** Destroys the key of a user and marks them as erased, as the gateway does. */
    void purge(Typing who) throws SQLException {
        try (Connection connection = Typing.DATABASE.getConnection()) {
            connection.setAutoCommit(false);
            ErasedUsers.destroyKeys(connection, who.userId());
            connection.commit();
        }
        sendRaw(
                Topics.ACCOUNTS,
                who.userId().toString().getBytes(StandardCharsets.UTF_8),
                Seals.sealed(Topics.ACCOUNTS).erasure(Instant.now()));
    }

    /** Returns how many threads of streams share the partitions. */
    static int streamThreads() {
        try (Admin admin =
                Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, PLATFORM.bootstrapServers()))) {
            return Math.toIntExact(
                    admin.describeConsumerGroups(List.of(StreamSettings.APPLICATION_ID)).all().get().values().stream()
                            .flatMap(group -> group.members().stream())
                            .filter(member ->
                                    !member.assignment().topicPartitions().isEmpty())
                            .count());
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Makes a model the one to be used. */
    void publish(PublishedModel model) {
        sendRaw(
                Topics.FLOW_MODELS,
                Topics.ACTIVE_MODEL.getBytes(StandardCharsets.UTF_8),
                StreamDriver.serde(Topics.FLOW_MODELS).serializer().serialize(Topics.FLOW_MODELS.name(), model));
        flush();
    }

    void sendRaw(Topic<?> topic, byte[] key, byte @Nullable [] value) {
        producer.send(new ProducerRecord<>(topic.name(), key, value));
    }

    void flush() {
        producer.flush();
    }

    /** Reads a topic from its beginning, committed transactions only. */
    <V extends SpecificRecord> Reading<V> read(Topic<V> topic, String isolation) {
        Reading<V> reading = new Reading<>(topic, isolation);
        readings.add(reading);
        return reading;
    }

    <V extends SpecificRecord> Reading<V> readCommitted(Topic<V> topic) {
        return read(topic, "read_committed");
    }

    @Override
    public void close() {
        readings.forEach(Reading::stop);
        producer.close();
    }

    /** Waits for a condition, and fails with what it was about when it does not come true in time. */
    static void await(String what, Duration max, BooleanSupplier condition) {
        long untilNs = System.nanoTime() + max.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > untilNs) {
                throw new AssertionError("not within " + max + ": " + what);
            }
        }
    }

    /** @param <V> what the topic holds */
    static final class Reading<V extends SpecificRecord> {

        private static final Duration POLL = Duration.ofMillis(100);

        private final Topic<V> topic;
        private final KafkaConsumer<byte[], byte[]> consumer;
        private final List<ConsumerRecord<byte[], byte[]>> raw = new ArrayList<>();
        private final List<V> values = new ArrayList<>();

        Reading(Topic<V> topic, String isolation) {
            this.topic = topic;
            consumer = new KafkaConsumer<>(
                    Map.of(
                            ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                            PLATFORM.bootstrapServers(),
                            ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                            isolation),
                    new ByteArrayDeserializer(),
                    new ByteArrayDeserializer());
            List<TopicPartition> partitions = consumer.partitionsFor(topic.name()).stream()
                    .map(partition -> new TopicPartition(topic.name(), partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
        }

        /** Returns what has come so far, waiting a moment for more. */
        List<V> values() {
            for (ConsumerRecord<byte[], byte[]> record : consumer.poll(POLL)) {
                if (ProgressMarker.inputOffset(record.headers()) != ProgressMarker.NONE) {
                    continue;
                }
                // Users that other tests of this broker erased have no readable records.
                Seals.find(topic, userIdOf(record), record.value()).ifPresent(value -> {
                    raw.add(record);
                    values.add(value);
                });
            }
            return values;
        }

        List<ConsumerRecord<byte[], byte[]>> raw() {
            return raw;
        }

        UUID userIdOf(int index) {
            return userIdOf(raw.get(index));
        }

        private static UUID userIdOf(ConsumerRecord<byte[], byte[]> record) {
            return UUID.fromString(new String(record.key(), StandardCharsets.UTF_8));
        }

        void stop() {
            consumer.close();
        }
    }

    /** Returns the keystrokes of each user as their minutes have them, highest versions only. */
    static Map<UUID, Long> keystrokesByMinutes(Reading<FlowMinute> minutes) {
        List<FlowMinute> values = minutes.values();
        Map<UUID, Map<Object, FlowMinute>> latest = new HashMap<>();
        for (int i = 0; i < values.size(); i++) {
            latest.computeIfAbsent(minutes.userIdOf(i), unknown -> new HashMap<>())
                    .merge(
                            List.of(
                                    values.get(i).getMinute(),
                                    Objects.requireNonNull(values.get(i).getSessionId())),
                            values.get(i),
                            (a, b) -> a.getVersion() > b.getVersion() ? a : b);
        }
        return latest.entrySet().stream()
                .collect(Collectors.toMap(
                        Map.Entry::getKey,
                        user -> user.getValue().values().stream()
                                .mapToLong(FlowMinute::getKeystrokes)
                                .sum()));
    }
}
