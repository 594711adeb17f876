package dev.mindfulcode.apigateway.admin;

import dev.mindfulcode.apigateway.log.EventPublisher;
import dev.mindfulcode.apigateway.log.KafkaConnection;
import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.ModelArtefact;
import dev.mindfulcode.flowengine.ModelArtefact.MalformedModelException;
import dev.mindfulcode.schemas.PublishedModel;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.RejectedExecutionException;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/** The compacted topic {@code flow-models}: published models by id, and the one in use. */
final class ModelTopic implements AutoCloseable {

    private static final Duration READ_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration POLL_TIMEOUT = Duration.ofMillis(200);
    private static final int RETRY_AFTER_SECONDS = 2;
    private static final int QUEUED_REQUESTS_MAX = 16;

    /** Compacted topics have one partition. */
    private static final TopicPartition MODELS = new TopicPartition(Topics.FLOW_MODELS.name(), 0);

    /** Unique in this database: the letters "mcmodels". */
    private static final long LOCK_ID = 0x6D63_6D6F_6465_6C73L;

    private static final String LOCK = "SET LOCAL lock_timeout = '10s'; SELECT pg_advisory_xact_lock(" + LOCK_ID + ")";

    private final KafkaConnection kafka;
    private final EventPublisher publisher;
    private final DataSource database;

    /** One request at a time, so that a flood of requests waits in a bounded queue. */
    private final Scheduler requests = Schedulers.newBoundedElastic(1, QUEUED_REQUESTS_MAX, "gateway-model-topic");

    /** @param database in which gateways lock the topic for changes */
    ModelTopic(KafkaConnection kafka, EventPublisher publisher, DataSource database) {
        this.kafka = kafka;
        this.publisher = publisher;
        this.database = database;
    }

    /**
     * The content of the topic.
     *
     * @param byId without records that cannot be decoded
     * @param active null if the built-in model is in use
     */
    record Content(
            Map<String, PublishedModel> byId, @Nullable PublishedModel active) {}

    /** Emits the content; fails with 503 if Kafka does not respond in time. */
    Mono<Content> read() {
        return inTurn(content());
    }

    private Mono<Content> content() {
        return Mono.fromCallable(this::readBlocking)
                .onErrorMap(
                        KafkaException.class,
                        e -> ProblemType.UNAVAILABLE.retryAfter(RETRY_AFTER_SECONDS, "Kafka does not respond."));
    }

    /** Runs a change with its reads and writes under the lock: it depends on the content that it has read. */
    private <T> Mono<T> locked(Mono<T> change) {
        return inTurn(Mono.fromCallable(() -> {
                    try (Connection connection = database.getConnection();
                            Statement statement = connection.createStatement()) {
                        connection.setAutoCommit(false);
                        statement.execute(LOCK);
                        return change.block();
                    }
                })
                .onErrorMap(
                        SQLException.class,
                        e -> ProblemType.UNAVAILABLE.retryAfter(RETRY_AFTER_SECONDS, "Database unavailable.")));
    }

    private <T> Mono<T> inTurn(Mono<T> request) {
        return Mono.fromCallable(request::block)
                .subscribeOn(requests)
                .onErrorMap(
                        RejectedExecutionException.class,
                        e -> ProblemType.UNAVAILABLE.retryAfter(
                                RETRY_AFTER_SECONDS,
                                "More than " + QUEUED_REQUESTS_MAX + " requests for models are waiting."));
    }

    /**
     * Adds a model; the one in use stays. Fails with 409 if another model has the id.
     *
     * @return whether the model is new
     */
    Mono<Boolean> publish(PublishedModel model) {
        return locked(content().flatMap(content -> {
            PublishedModel existing = content.byId().get(model.getModelId());
            if (existing == null) {
                return publisher
                        .encode(Topics.FLOW_MODELS, model)
                        .flatMap(value -> publisher.publish(Topics.FLOW_MODELS, model.getModelId(), value))
                        .thenReturn(true);
            }
            return existing.getArtefact().equals(model.getArtefact())
                    ? Mono.just(false)
                    : Mono.error(ProblemType.MODEL_EXISTS.forField(
                            "artefact",
                            "Another model has the id " + model.getModelId()
                                    + ". An id names one model for ever: train with another --version-number."));
        }));
    }

    /** Puts a published model, or {@link ModelUpload#BUILT_IN}, into use. */
    Mono<Void> use(String id) {
        if (id.equals(ModelUpload.BUILT_IN)) {
            return locked(publisher
                    .publishTombstone(Topics.FLOW_MODELS, Topics.ACTIVE_MODEL)
                    .then());
        }
        return locked(content()
                .flatMap(content -> {
                    PublishedModel model = content.byId().get(id);
                    if (model == null) {
                        throw ProblemType.NOT_FOUND.forField("model_id", "There is no model " + id + ".");
                    }
                    requireUsable(model);
                    return publisher.encode(Topics.FLOW_MODELS, model);
                })
                .flatMap(value -> publisher.publish(Topics.FLOW_MODELS, Topics.ACTIVE_MODEL, value))
                .then());
    }

    private static void requireUsable(PublishedModel model) {
        if (model.getFeatureVersion() != FlowModel.FEATURE_VERSION) {
            throw ProblemType.INVALID_REQUEST.forField(
                    "model_id",
                    model.getModelId() + " was trained on features of version " + model.getFeatureVersion()
                            + "; this engine computes version " + FlowModel.FEATURE_VERSION
                            + ". Train it again with mindful train.");
        }
        byte[] artefact = new byte[model.getArtefact().remaining()];
        model.getArtefact().duplicate().get(artefact);
        try {
            ModelArtefact.decode(artefact);
        } catch (MalformedModelException e) {
            throw ProblemType.INVALID_REQUEST.forField(
                    "model_id", model.getModelId() + " is not a model of this engine: " + e.getMessage() + ".");
        }
    }

    private Content readBlocking() {
        Map<String, PublishedModel> byId = new TreeMap<>();
        try (Serde<PublishedModel> serde = Topics.FLOW_MODELS.valueSerde(kafka.registry());
                KafkaConsumer<String, byte @Nullable []> consumer = new KafkaConsumer<>(
                        kafka.cluster()
                                .clientConfig(Map.of(
                                        ConsumerConfig.CLIENT_ID_CONFIG,
                                        "mindful-gateway-model-topic",
                                        ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
                                        (int) READ_TIMEOUT.toMillis())),
                        new StringDeserializer(),
                        new ByteArrayDeserializer())) {
            consumer.assign(List.of(MODELS));
            consumer.seekToBeginning(List.of(MODELS));
            long end = consumer.endOffsets(List.of(MODELS)).getOrDefault(MODELS, 0L);
            long deadlineNs = System.nanoTime() + READ_TIMEOUT.toNanos();
            while (consumer.position(MODELS) < end) {
                for (ConsumerRecord<String, byte @Nullable []> record : consumer.poll(POLL_TIMEOUT)) {
                    put(record, serde, byId);
                }
                if (System.nanoTime() - deadlineNs > 0) {
                    throw new TimeoutException("flow-models not read within " + READ_TIMEOUT.toSeconds() + " s");
                }
            }
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
                // Services skip such a record, too.
            }
        }
    }

    @Override
    public void close() {
        requests.dispose();
    }
}
