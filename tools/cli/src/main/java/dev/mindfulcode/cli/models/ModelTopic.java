package dev.mindfulcode.cli.models;

import dev.mindfulcode.cli.DataFolder;
import dev.mindfulcode.cli.UserErrorException;
import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.ModelArtefact;
import dev.mindfulcode.flowengine.ModelArtefact.MalformedModelException;
import dev.mindfulcode.schemas.PublishedModel;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;

/** The topic of models of a running system, as an operator reads and writes it. */
final class ModelTopic {

    /** What stands for the model that comes with the engine, where a published one would be named. */
    static final String BUILT_IN = "built-in";

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration POLL = Duration.ofMillis(200);
    private static final TopicPartition MODELS = new TopicPartition(Topics.FLOW_MODELS.name(), 0);

    private final String bootstrapServers;
    private final SchemaRegistry registry;

    ModelTopic(DataFolder.Log log) {
        this.bootstrapServers = log.bootstrapServers();
        this.registry = new SchemaRegistry(log.registryUrl(), true);
    }

    /**
     * What is there.
     *
     * @param byId by their ids, those that cannot be read left out
     * @param active null where nothing is chosen, or what is cannot be read
     */
    record Content(
            Map<String, PublishedModel> byId, @Nullable PublishedModel active) {}

    /** @throws UserErrorException where the system does not answer */
    Content read() {
        Map<String, PublishedModel> byId = new TreeMap<>();
        try (Serde<PublishedModel> serde = Topics.FLOW_MODELS.valueSerde(registry);
                KafkaConsumer<String, byte @Nullable []> consumer = new KafkaConsumer<>(
                        Map.of(
                                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                bootstrapServers,
                                ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                                (int) PATIENCE.toMillis()),
                        new StringDeserializer(),
                        new ByteArrayDeserializer())) {
            consumer.assign(List.of(MODELS));
            consumer.seekToBeginning(List.of(MODELS));
            long end = consumer.endOffsets(List.of(MODELS)).getOrDefault(MODELS, 0L);
            long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
            while (consumer.position(MODELS) < end) {
                for (ConsumerRecord<String, byte @Nullable []> record : consumer.poll(POLL)) {
                    put(record, serde, byId);
                }
                if (System.nanoTime() - deadlineNs > 0) {
                    throw new UserErrorException("Kafka did not give the models within " + PATIENCE.toSeconds() + " s");
                }
            }
        } catch (KafkaException e) {
            throw new UserErrorException("The models cannot be read: " + e.getMessage(), e);
        }
        PublishedModel active = byId.remove(Topics.ACTIVE_MODEL);
        return new Content(byId, active);
    }

    private static void put(
            ConsumerRecord<String, byte @Nullable []> record,
            Serde<PublishedModel> serde,
            Map<String, PublishedModel> byId) {
        String key = record.key();
        byte[] value = record.value();
        if (key == null) {
            return;
        }
        byId.remove(key);
        if (value != null) {
            try {
                byId.put(key, serde.deserializer().deserialize(MODELS.topic(), value));
            } catch (SerializationException e) {
                // Not ours: services refuse it as well.
            }
        }
    }

    /** Adds a model; what is used stays. */
    void publish(PublishedModel model) {
        PublishedModel before = read().byId().get(model.getModelId());
        if (before != null && !before.getArtefact().equals(model.getArtefact())) {
            throw new UserErrorException("There is another model called " + model.getModelId()
                    + ": an id names one model for ever. Train under another --version-number.");
        }
        send(model.getModelId(), model);
    }

    /** Makes a published model, or {@link #BUILT_IN}, the one that is used. */
    void use(String id) {
        if (id.equals(BUILT_IN)) {
            send(Topics.ACTIVE_MODEL, null);
            return;
        }
        PublishedModel model = read().byId().get(id);
        if (model == null) {
            throw new UserErrorException(
                    "No model is called " + id + ": ./mindful model list shows those that are there");
        }
        if (model.getFeatureVersion() != FlowModel.FEATURE_VERSION) {
            throw new UserErrorException(id + " was trained on other features than this engine's");
        }
        decode(bytes(model.getArtefact()), id);
        send(Topics.ACTIVE_MODEL, model);
    }

    /** @throws UserErrorException where the bytes are no model of this engine */
    static FlowModel decode(byte[] artefact, String what) {
        try {
            return ModelArtefact.decode(artefact);
        } catch (MalformedModelException e) {
            throw new UserErrorException(what + " is no model of this engine: " + e.getMessage(), e);
        }
    }

    private static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.duplicate().get(bytes);
        return bytes;
    }

    private void send(String key, @Nullable PublishedModel model) {
        try (Serde<PublishedModel> serde = Topics.FLOW_MODELS.valueSerde(registry);
                KafkaProducer<String, byte @Nullable []> producer = new KafkaProducer<>(
                        Map.of(
                                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                                bootstrapServers,
                                ProducerConfig.ACKS_CONFIG,
                                "all"),
                        new StringSerializer(),
                        new ByteArraySerializer())) {
            byte[] value = model == null ? null : serde.serializer().serialize(MODELS.topic(), model);
            producer.send(new ProducerRecord<>(MODELS.topic(), key, value))
                    .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException | KafkaException e) {
            throw new UserErrorException("Kafka did not take the model: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserErrorException("Interrupted before Kafka took the model", e);
        }
    }
}
