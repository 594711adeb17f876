package dev.mindfulcode.apigateway.log;

import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.dataprotection.SealedEvents;
import dev.mindfulcode.management.tracing.TraceSpan;
import dev.mindfulcode.schemas.KafkaCluster;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.clock.ClockStepWatch;
import dev.mindfulcode.webkit.problems.ProblemType;
import io.micrometer.observation.ObservationRegistry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.avro.specific.SpecificRecord;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.NestedExceptionUtils;
import org.springframework.kafka.KafkaException;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.support.ProducerListener;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.ContextView;

/** Publishes events to Kafka; each is published once all in-sync replicas have it. Thread-safe. */
public final class EventPublisher implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(EventPublisher.class);

    /** A record that is not acknowledged by then has failed. */
    public static final Duration PUBLISH_TIMEOUT = Duration.ofSeconds(5);

    private static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration MAX_BLOCK = Duration.ofSeconds(2);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration END_OFFSETS_TIMEOUT = Duration.ofSeconds(10);
    private static final long BUFFER_BYTES = 8L * 1024 * 1024;
    private static final int THREADS_MAX = 4;
    private static final int QUEUED_TASKS_MAX = 256;
    private static final int RETRY_AFTER_SECONDS = 2;

    private final DefaultKafkaProducerFactory<String, byte[]> producers;
    private final KafkaTemplate<String, byte[]> kafka;
    private final ClockStepWatch.Registration registration;
    private final KafkaCluster cluster;
    private final SchemaRegistry registry;
    private final AsyncUserCiphers ciphers;
    private final Map<Topic<?>, Serializer<?>> serializers = new ConcurrentHashMap<>();
    private final Map<Topic<?>, SealedEvents<?>> sealed = new ConcurrentHashMap<>();

    /** Looking up a schema or a partition's leader may block, so this keeps it off the event loops. */
    private final Scheduler blocking = Schedulers.newBoundedElastic(THREADS_MAX, QUEUED_TASKS_MAX, "gateway-kafka");

    public EventPublisher(KafkaConnection connection, AsyncUserCiphers ciphers, ObservationRegistry observations) {
        this.ciphers = ciphers;
        this.cluster = connection.cluster();
        this.registry = connection.registry();
        this.producers = producers(cluster);
        this.kafka = new KafkaTemplate<>(producers);
        kafka.setBeanName("gateway-events");
        kafka.setObservationEnabled(true);
        kafka.setObservationRegistry(observations);
        // The standard listener logs the keys and values of records that could not be sent.
        kafka.setProducerListener(new ProducerListener<>() {});
        this.registration = ClockStepWatch.ofSystem().onStepBack("gateway-producer", producers::reset);
    }

    private static DefaultKafkaProducerFactory<String, byte[]> producers(KafkaCluster cluster) {
        DefaultKafkaProducerFactory<String, byte[]> producers = new DefaultKafkaProducerFactory<>(
                cluster.clientConfig(Map.of(
                        ProducerConfig.CLIENT_ID_CONFIG,
                        "mindful-gateway",
                        ProducerConfig.ACKS_CONFIG,
                        "all",
                        ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                        true,
                        ProducerConfig.LINGER_MS_CONFIG,
                        0,
                        ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG,
                        (int) PUBLISH_TIMEOUT.toMillis(),
                        ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG,
                        (int) REQUEST_TIMEOUT.toMillis(),
                        ProducerConfig.MAX_BLOCK_MS_CONFIG,
                        MAX_BLOCK.toMillis(),
                        ProducerConfig.BUFFER_MEMORY_CONFIG,
                        BUFFER_BYTES)),
                new StringSerializer(),
                new ByteArraySerializer());
        producers.setPhysicalCloseTimeout((int) CLOSE_TIMEOUT.toSeconds());
        return producers;
    }

    /**
     * Encodes and encrypts an event about a user for the outbox or {@link #publish}. Fails with 404 for a user without
     * a key, who was erased, and with 503 if a schema or the key cannot be looked up.
     */
    public <V extends SpecificRecord> Mono<byte[]> seal(Topic<V> topic, UUID userId, V event) {
        return ciphers.find(userId)
                .switchIfEmpty(Mono.error(() -> ProblemType.NOT_FOUND.withDetail("The account was deleted.")))
                .flatMap(cipher -> encoded(() -> sealed(topic).seal(event, cipher)));
    }

    /** Encodes an event of a topic that is not sealed; fails with 503 if its schema cannot be looked up. */
    public <V extends SpecificRecord> Mono<byte[]> encode(Topic<V> topic, V event) {
        if (topic.sealed()) {
            throw new IllegalArgumentException("Events of " + topic.name() + " are published sealed only");
        }
        return encoded(() -> serializer(topic).serialize(topic.name(), event));
    }

    private Mono<byte[]> encoded(Callable<byte[]> encoding) {
        return Mono.fromCallable(encoding)
                .subscribeOn(blocking)
                .timeout(PUBLISH_TIMEOUT)
                .onErrorMap(e -> !(e instanceof Error), EventPublisher::unavailable);
    }

    /**
     * Publishes an encoded record; may block for {@link #MAX_BLOCK}.
     *
     * @param key a user's id has the same bytes as text as by Kafka's own serializer of UUIDs
     * @param value null for a tombstone
     */
    CompletableFuture<LogPosition> publishEncoded(String topic, String key, byte @Nullable [] value) {
        return publishEncoded(topic, key, value, TraceSpan.NONE);
    }

    private CompletableFuture<LogPosition> publishEncoded(
            String topic, String key, byte @Nullable [] value, TraceSpan request) {
        ProducerRecord<String, byte[]> record = new ProducerRecord<>(topic, key, value);
        TraceSpan span = request.send(topic);
        span.addTo(record.headers());
        CompletableFuture<LogPosition> published = send(record);
        if (span.isTraced()) {
            published.whenComplete((position, failure) -> {
                if (failure == null) {
                    span.end();
                } else {
                    span.fail(failure);
                }
            });
        }
        return published;
    }

    private CompletableFuture<LogPosition> send(ProducerRecord<String, byte[]> record) {
        try {
            return kafka.send(record).thenApply(sent -> {
                RecordMetadata metadata = sent.getRecordMetadata();
                return new LogPosition(record.topic(), metadata.partition(), metadata.offset());
            });
        } catch (KafkaException | org.apache.kafka.common.KafkaException | IllegalStateException e) {
            // Illegal state: another producer has replaced this one since.
            return CompletableFuture.failedFuture(e);
        }
    }

    /** Publishes a record that {@link #seal} made; fails with 503 if Kafka does not acknowledge it in time. */
    public <V extends SpecificRecord> Mono<LogPosition> publish(Topic<V> topic, UUID userId, byte[] value) {
        return publish(topic, userId.toString(), value);
    }

    /** Publishes a record that {@link #encode} made. */
    public <V extends SpecificRecord> Mono<LogPosition> publish(Topic<V> topic, String key, byte[] value) {
        return append(topic.name(), key, value);
    }

    /** Publishes values in this order; fails with 503 if Kafka does not acknowledge all of them in time. */
    public Mono<List<LogPosition>> publishAll(Topic<?> topic, UUID userId, List<byte[]> values) {
        return Mono.deferContextual(context -> Mono.fromCallable(() -> values.stream()
                                .map(value -> publishEncoded(topic.name(), userId.toString(), value, request(context)))
                                .toList())
                        .subscribeOn(blocking))
                .flatMapMany(Flux::fromIterable)
                .concatMap(Mono::fromFuture)
                .collectList()
                .onErrorMap(EventPublisher::isKafkaFailure, EventPublisher::unavailable);
    }

    /** Publishes a record without a value, which removes the key from a compacted topic. */
    public Mono<LogPosition> publishTombstone(Topic<?> topic, String key) {
        return append(topic.name(), key, null);
    }

    private Mono<LogPosition> append(String topic, String key, byte @Nullable [] value) {
        return Mono.deferContextual(
                        context -> Mono.fromCallable(() -> publishEncoded(topic, key, value, request(context)))
                                .subscribeOn(blocking))
                .flatMap(Mono::fromFuture)
                .onErrorMap(EventPublisher::isKafkaFailure, EventPublisher::unavailable);
    }

    /** Returns the span of the request that publishes. */
    private static TraceSpan request(ContextView context) {
        return context.<TraceSpan>getOrEmpty(TraceSpan.class).orElse(TraceSpan.NONE);
    }

    /** Returns the end offsets of those partitions whose topics exist; blocks. */
    Map<TopicPartition, Long> endOffsets(Set<TopicPartition> partitions)
            throws ExecutionException, TimeoutException, InterruptedException {
        try (Admin admin = Admin.create(cluster.clientConfig(Map.of()))) {
            Set<String> topics = admin.listTopics().names().get(END_OFFSETS_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
            Map<TopicPartition, OffsetSpec> latest = new HashMap<>();
            for (TopicPartition partition : partitions) {
                if (topics.contains(partition.topic())) {
                    latest.put(partition, OffsetSpec.latest());
                }
            }
            Map<TopicPartition, Long> ends = new HashMap<>();
            admin.listOffsets(latest)
                    .all()
                    .get(END_OFFSETS_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)
                    .forEach((partition, end) -> ends.put(partition, end.offset()));
            return ends;
        }
    }

    @SuppressWarnings("unchecked") // by the topic, which has one type
    private <V extends SpecificRecord> SealedEvents<V> sealed(Topic<V> topic) {
        return (SealedEvents<V>) sealed.computeIfAbsent(topic, one -> new SealedEvents<>(one, registry));
    }

    @SuppressWarnings("unchecked") // by the topic, which has one type
    private <V extends SpecificRecord> Serializer<V> serializer(Topic<V> topic) {
        return (Serializer<V>) serializers.computeIfAbsent(
                topic, one -> one.valueSerde(registry).serializer());
    }

    private static boolean isKafkaFailure(Throwable e) {
        return e instanceof KafkaException
                || e instanceof org.apache.kafka.common.KafkaException
                || e instanceof IllegalStateException
                || e instanceof RejectedExecutionException;
    }

    private static Throwable unavailable(Throwable e) {
        log.warn(
                "Kafka producer failed: error={}",
                NestedExceptionUtils.getMostSpecificCause(e).toString());
        return ProblemType.UNAVAILABLE.retryAfter(RETRY_AFTER_SECONDS, "The event log does not answer.");
    }

    @Override
    public void close() {
        blocking.dispose();
        registration.close();
        producers.destroy();
        serializers.values().forEach(Serializer::close);
        sealed.values().forEach(SealedEvents::close);
    }
}
