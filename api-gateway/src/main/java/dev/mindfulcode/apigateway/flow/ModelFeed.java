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
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
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
import reactor.core.publisher.Mono;
import reactor.util.retry.Retry;

/**
 * Reads the topic flow-models from its start and provides a detector with the active model: the built-in one until
 * another is published. A record that is not a valid model for this engine is rejected, and the model in use remains.
 * Stores each change of the model in {@link ModelChanges}.
 */
final class ModelFeed {

    private static final Logger log = LoggerFactory.getLogger(ModelFeed.class);

    private static final int STORE_RETRIES = 5;
    private static final Duration STORE_RETRY_DELAY = Duration.ofMillis(200);

    private final Deserializer<PublishedModel> models;
    private final ModelChanges changes;
    private final InstantSource clock;
    private volatile FlowDetector detector = new FlowDetector();
    private volatile boolean isChosen;

    // Confined to the thread that receives the one partition.
    private long latestOffset = -1;
    private long latestMs = Long.MIN_VALUE;

    ModelFeed(SchemaRegistry registry, ModelChanges changes, InstantSource clock) {
        this.models = Topics.FLOW_MODELS.valueSerde(registry).deserializer();
        this.changes = changes;
        this.clock = clock;
    }

    static TopicTailer<String> tailer(KafkaConnection kafka, ModelFeed feed) {
        TopicTailer<String> tailer = new TopicTailer<>(
                "gateway-models",
                kafka.consumers(
                        new StringDeserializer(),
                        IsolationLevel.READ_COMMITTED,
                        Map.of(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest")),
                List.of(Topics.FLOW_MODELS.name()),
                TopicTailer.Start.BEGINNING,
                feed::receive);
        tailer.afterBacklog(feed::backlogRead);
        return tailer;
    }

    /** Returns a detector with the model in use. */
    FlowDetector detector() {
        return detector;
    }

    /** Ignores what an earlier record says when the topic is read again: compaction may have left it for a while. */
    void receive(ConsumerRecord<String, byte[]> record) {
        boolean isOlder = record.offset() < latestOffset && record.timestamp() <= latestMs;
        if (!Topics.ACTIVE_MODEL.equals(record.key()) || isOlder) {
            return;
        }
        latestOffset = record.offset();
        latestMs = record.timestamp();
        FlowModel model = record.value() == null ? FlowModel.builtIn() : usable(record.value());
        if (model != null) {
            detector = new FlowDetector(model);
            isChosen = true;
            store(changes.add(model.id(), Instant.ofEpochMilli(record.timestamp())));
        }
    }

    /** Before this, the built-in model is only in use because the chosen one is not known yet. */
    void backlogRead() {
        if (isChosen) {
            return;
        }
        try {
            store(changes.addBuiltIn(FlowModel.builtIn().id(), clock.instant()));
        } catch (RuntimeException e) {
            log.error("Use of the built-in model not stored: error={}", e.toString());
        }
    }

    private static void store(Mono<Void> change) {
        change.retryWhen(Retry.backoff(STORE_RETRIES, STORE_RETRY_DELAY)).block();
    }

    private @Nullable FlowModel usable(byte[] value) {
        try {
            PublishedModel published = models.deserialize(Topics.FLOW_MODELS.name(), value);
            if (published.getFeatureVersion() != FlowModel.FEATURE_VERSION) {
                log.error(
                        "Published model rejected: features of version {}, this engine has {}; model in use remains",
                        published.getFeatureVersion(),
                        FlowModel.FEATURE_VERSION);
                return null;
            }
            byte[] artefact = new byte[published.getArtefact().remaining()];
            published.getArtefact().duplicate().get(artefact);
            FlowModel model = ModelArtefact.decode(artefact);
            if (!model.id().equals(published.getModelId())) {
                log.error("Published model rejected: its id differs from its artefact's; model in use remains");
                return null;
            }
            return model;
        } catch (SerializationException | MalformedModelException e) {
            log.error(
                    "Published model rejected: not a valid model ({}); model in use remains",
                    e.getClass().getName());
            return null;
        }
    }
}
