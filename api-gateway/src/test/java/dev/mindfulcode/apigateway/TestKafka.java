package dev.mindfulcode.apigateway;

import dev.mindfulcode.dataprotection.Opened;
import dev.mindfulcode.dataprotection.SealedEvents;
import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.schemas.ProgressMarker;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topic;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.UUIDSerializer;
import org.jspecify.annotations.Nullable;

/** Writes and reads topics as the other services do. */
public final class TestKafka implements AutoCloseable {

    private final String bootstrapServers;
    private final SchemaRegistry registry;
    private final UserKeys keys;
    private final KafkaProducer<UUID, byte[]> producer;
    private final Map<Topic<?>, Serializer<?>> serializers = new HashMap<>();
    private final Map<Topic<?>, SealedEvents<?>> sealed = new HashMap<>();

    public TestKafka(String bootstrapServers, SchemaRegistry registry, UserKeys keys) {
        this.bootstrapServers = bootstrapServers;
        this.registry = registry;
        this.keys = keys;
        this.producer = new KafkaProducer<>(
                Map.of(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers, ProducerConfig.LINGER_MS_CONFIG, 0),
                new UUIDSerializer(),
                new ByteArraySerializer());
    }

    public <V extends SpecificRecord> byte[] encode(Topic<V> topic, V value) {
        @SuppressWarnings("unchecked") // by the topic, which has one type
        Serializer<V> serializer = (Serializer<V>) serializers.computeIfAbsent(
                topic, one -> one.valueSerde(registry).serializer());
        return serializer.serialize(topic.name(), value);
    }

    /** Encrypts an event of a sealed topic with the key of its user. */
    public <V extends SpecificRecord> byte[] seal(Topic<V> topic, UUID userId, V event) {
        return sealed(topic).seal(event, keys.find(userId).orElseThrow());
    }

    @SuppressWarnings("unchecked") // by the topic, which has one type
    private <V extends SpecificRecord> SealedEvents<V> sealed(Topic<V> topic) {
        return (SealedEvents<V>) sealed.computeIfAbsent(topic, one -> new SealedEvents<>(one, registry));
    }

    public void append(String topic, UUID userId, byte[] value) {
        append(new ProducerRecord<>(topic, userId, value));
    }

    /** Appends a record with the given receive time. */
    public void append(String topic, long receivedAtMs, UUID userId, byte[] value) {
        append(new ProducerRecord<>(topic, null, receivedAtMs, userId, value));
    }

    private void append(ProducerRecord<UUID, byte[]> record) {
        try {
            producer.send(record).get();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /** Appends a progress marker as flow-stream does. */
    public void mark(Topic<?> topic, int partition, long inputOffset) {
        append(new ProducerRecord<>(
                topic.name(), partition, ProgressMarker.key(partition), null, ProgressMarker.headers(inputOffset, 0)));
    }

    public void appendLater(String topic, UUID userId, byte[] value) {
        var _ = producer.send(new ProducerRecord<>(topic, userId, value));
    }

    /**
     * Reads a topic from its first record until it has at least {@code countMin} records of the key, a user or team;
     * events of sealed topics must be encrypted with the user's key.
     */
    public <V extends SpecificRecord> List<V> read(Topic<V> topic, UUID key, int countMin) {
        List<byte @Nullable []> values = values(topic, key.toString(), countMin);
        try (Serde<V> serde = topic.valueSerde(registry)) {
            return values.stream()
                    .map(Objects::requireNonNull)
                    .map(value -> topic.sealed()
                            ? open(topic, key, value)
                            : serde.deserializer().deserialize(topic.name(), value))
                    .toList();
        }
    }

    private <V extends SpecificRecord> V open(Topic<V> topic, UUID userId, byte[] value) {
        if (sealed(topic).open(userId, value, keys::find) instanceof Opened.Event<V>(V event)) {
            return event;
        }
        throw new AssertionError("not an event of a user with a key");
    }

    /** Reads a topic that is not sealed; a tombstone is null. */
    public <V extends SpecificRecord> List<@Nullable V> readNullable(Topic<V> topic, String key, int countMin) {
        List<@Nullable V> read = new ArrayList<>();
        try (Serde<V> serde = topic.valueSerde(registry)) {
            for (byte[] value : values(topic, key, countMin)) {
                read.add(value == null ? null : serde.deserializer().deserialize(topic.name(), value));
            }
        }
        return read;
    }

    /** Returns the values of a key as they are on the disk. */
    public List<byte @Nullable []> values(Topic<?> topic, String key, int countMin) {
        try (KafkaConsumer<String, byte[]> consumer = new KafkaConsumer<>(
                Map.of(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers),
                new StringDeserializer(),
                new ByteArrayDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor(topic.name()).stream()
                    .map(partition -> new TopicPartition(topic.name(), partition.partition()))
                    .toList();
            consumer.assign(partitions);
            consumer.seekToBeginning(partitions);
            List<byte @Nullable []> found = new ArrayList<>();
            long deadlineNs = System.nanoTime() + Duration.ofSeconds(60).toNanos();
            boolean enough = false;
            while (System.nanoTime() - deadlineNs < 0) {
                var records = consumer.poll(Duration.ofMillis(300));
                if (enough && records.isEmpty()) {
                    break;
                }
                for (ConsumerRecord<String, byte[]> record : records) {
                    if (key.equals(record.key())) {
                        found.add(record.value());
                    }
                }
                enough = found.size() >= countMin;
            }
            return found;
        }
    }

    @Override
    public void close() {
        producer.close();
        sealed.values().forEach(SealedEvents::close);
    }
}
