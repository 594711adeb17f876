package dev.mindfulcode.apigateway.flow;

import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.apigateway.log.LogFollower;
import dev.mindfulcode.flowengine.FlowDetector;
import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.ModelArtefact;
import dev.mindfulcode.flowengine.ModelArtefact.MalformedModelException;
import dev.mindfulcode.schemas.PublishedModel;
import dev.mindfulcode.schemas.Topics;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the topic flow-models from its start and provides a detector with the active model: the built-in one until
 * another is published. A record that is not a valid model for this engine is rejected, and the model in use remains.
 */
final class ModelFeed extends LogFollower<String> {

    private static final Logger log = LoggerFactory.getLogger(ModelFeed.class);

    /** Compacted topics have one partition. */
    private static final TopicPartition MODELS = new TopicPartition(Topics.FLOW_MODELS.name(), 0);

    private final String bootstrapServers;
    private final Deserializer<PublishedModel> models;
    private volatile FlowDetector detector = new FlowDetector();

    ModelFeed(KafkaConnection log) {
        super("gateway-models", true);
        this.bootstrapServers = log.bootstrapServers();
        this.models = Topics.FLOW_MODELS.valueSerde(log.registry()).deserializer();
    }

    /** Returns a detector with the model in use. */
    FlowDetector detector() {
        return detector;
    }

    @Override
    protected void follow(Consumer<String, byte[]> opened) {
        while (goesOn() && opened.partitionsFor(MODELS.topic()).isEmpty()) {
            pause();
        }
        opened.assign(List.of(MODELS));
        opened.seekToBeginning(List.of(MODELS));
        long end = opened.endOffsets(List.of(MODELS)).getOrDefault(MODELS, 0L);
        while (goesOn()) {
            for (ConsumerRecord<String, byte[]> record : opened.poll(POLL_WAIT_MAX)) {
                if (Topics.ACTIVE_MODEL.equals(record.key())) {
                    use(record.value());
                }
            }
            if (opened.position(MODELS) >= end) {
                ready();
            }
        }
    }

    private void use(byte @Nullable [] value) {
        if (value == null) {
            detector = new FlowDetector();
            return;
        }
        try {
            PublishedModel published = models.deserialize(MODELS.topic(), value);
            if (published.getFeatureVersion() != FlowModel.FEATURE_VERSION) {
                log.error("Published model rejected: feature version differs from this engine's; model in use remains");
                return;
            }
            byte[] artefact = new byte[published.getArtefact().remaining()];
            published.getArtefact().duplicate().get(artefact);
            FlowModel model = ModelArtefact.decode(artefact);
            if (!model.id().equals(published.getModelId())) {
                log.error("Published model rejected: its id differs from its artefact's; model in use remains");
                return;
            }
            detector = new FlowDetector(model);
        } catch (SerializationException | MalformedModelException e) {
            log.error(
                    "Published model rejected: not a valid model ({}); model in use remains",
                    e.getClass().getName());
        }
    }

    @Override
    protected Consumer<String, byte[]> open() {
        return new KafkaConsumer<>(
                Map.of(
                        ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                        bootstrapServers,
                        ConsumerConfig.CLIENT_ID_CONFIG,
                        "mindful-gateway-models",
                        ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                        "read_committed",
                        ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                        false,
                        ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG,
                        false),
                new StringDeserializer(),
                new ByteArrayDeserializer());
    }

    /** Starts before the web server, so that the first response uses the active model. */
    @Override
    public int getPhase() {
        return 0;
    }
}
