package dev.mindfulcode.apigateway.flow;

import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.apigateway.log.TopicTailer;
import dev.mindfulcode.flowengine.FlowDetector;
import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.ModelArtefact;
import dev.mindfulcode.flowengine.ModelArtefact.MalformedModelException;
import dev.mindfulcode.schemas.PublishedModel;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the topic flow-models from its start and provides a detector with the active model: the built-in one until
 * another is published. A record that is not a valid model for this engine is rejected, and the model in use remains.
 */
final class ModelFeed {

    private static final Logger log = LoggerFactory.getLogger(ModelFeed.class);

    private final Deserializer<PublishedModel> models;
    private volatile FlowDetector detector = new FlowDetector();
    private volatile String modelId = FlowModel.builtIn().id();

    ModelFeed(SchemaRegistry registry) {
        this.models = Topics.FLOW_MODELS.valueSerde(registry).deserializer();
    }

    static TopicTailer<String> tailer(KafkaConnection kafka, ModelFeed feed) {
        return new TopicTailer<>(
                "gateway-models",
                kafka.consumers(
                        new StringDeserializer(),
                        IsolationLevel.READ_COMMITTED,
                        Map.of(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest")),
                List.of(Topics.FLOW_MODELS.name()),
                TopicTailer.Start.BEGINNING,
                feed::receive);
    }

    /** Returns a detector with the model in use. */
    FlowDetector detector() {
        return detector;
    }

    /** Returns the id of the model in use. */
    String modelId() {
        return modelId;
    }

    private void receive(ConsumerRecord<String, byte[]> record) {
        if (Topics.ACTIVE_MODEL.equals(record.key())) {
            use(record.value());
        }
    }

    private void use(byte @Nullable [] value) {
        if (value == null) {
            detector = new FlowDetector();
            modelId = FlowModel.builtIn().id();
            return;
        }
        try {
            PublishedModel published = models.deserialize(Topics.FLOW_MODELS.name(), value);
            if (published.getFeatureVersion() != FlowModel.FEATURE_VERSION) {
                log.error(
                        "Published model rejected: features of version {}, this engine has {}; model in use remains",
                        published.getFeatureVersion(),
                        FlowModel.FEATURE_VERSION);
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
            modelId = model.id();
        } catch (SerializationException | MalformedModelException e) {
            log.error(
                    "Published model rejected: not a valid model ({}); model in use remains",
                    e.getClass().getName());
        }
    }
}
