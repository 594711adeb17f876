package dev.mindfulcode.ingestservice;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.management.tracing.TraceSpan;
import dev.mindfulcode.schemas.KafkaCluster;
import dev.mindfulcode.schemas.ReadAfterToken;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.clock.ClockStepWatch;
import dev.mindfulcode.schemas.clock.ReopenableClient;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.kafka.core.DefaultKafkaProducerFactory;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.retry.Retry;

/**
 * Publishes batches to the topic {@code keystrokes} and reports to {@code flow-features}: encrypts and frames them and
 * sends them with acks=all through an idempotent producer. Starts before the web server, stops after it. Thread-safe;
 * {@link #publish} never blocks: until the producer knows the topics and the registry has returned the schemas' ids,
 * uploads are rejected as {@link ProblemType#UNAVAILABLE}.
 */
final class KeystrokePublisher implements SmartLifecycle {

    /** Spring appends {@code -1} to it, and a higher number for each later producer of a factory. */
    static final String CLIENT_ID = "mindful-ingest";

    /** A record that Kafka has not acknowledged by then has failed; its client sends it again. */
    static final Duration DELIVERY_TIMEOUT = Duration.ofSeconds(10);

    static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(4);
    static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);
    static final Duration READY_TIMEOUT = Duration.ofSeconds(10);

    private static final Duration RETRY_DELAY = Duration.ofMillis(100);

    /**
     * A producer drops the metadata of a topic without writes after this time, and the next batch would be rejected.
     */
    private static final Duration METADATA_IDLE_RETENTION = Duration.ofDays(365);

    private static final Logger log = LoggerFactory.getLogger(KeystrokePublisher.class);

    private final Map<String, Object> config;
    private final SchemaRegistry registry;
    private final ProducerMetrics metrics;
    private final KafkaProbe probe;
    private final CountDownLatch ready = new CountDownLatch(1);
    private final ReopenableClient<DefaultKafkaProducerFactory<byte[], byte[]>> producers;
    private final AtomicReference<String> lastFailure = new AtomicReference<>("");
    private volatile @Nullable RecordEncoder encoder;
    private volatile @Nullable Disposable connecting;
    private volatile boolean running;

    KeystrokePublisher(KafkaCluster kafka, long inFlightBytesMax, SchemaRegistry registry, MeterRegistry meters) {
        this.config = config(kafka, inFlightBytesMax);
        this.registry = registry;
        this.metrics = new ProducerMetrics(meters);
        this.probe = new KafkaProbe(kafka);
        Gauge.builder("mindful.ingest.ready", this, self -> self.isReady() ? 1 : 0)
                .description("1 while Kafka responds, once the schema registry has as well")
                .register(meters);
        this.producers = new ReopenableClient<>(
                "ingest-producer", ClockStepWatch.ofSystem(), this::open, DefaultKafkaProducerFactory::destroy);
    }

    /** A factory that replaces another returns when its producer knows the topic, else the next batch would fail. */
    private DefaultKafkaProducerFactory<byte[], byte[]> open() {
        DefaultKafkaProducerFactory<byte[], byte[]> factory =
                new DefaultKafkaProducerFactory<>(config, new ByteArraySerializer(), new ByteArraySerializer());
        factory.setBeanName("ingest-producer");
        factory.setPhysicalCloseTimeout((int) CLOSE_TIMEOUT.toSeconds());
        factory.addListener(metrics);
        long deadlineNs = System.nanoTime() + DELIVERY_TIMEOUT.toNanos();
        while (running && isConnected() && System.nanoTime() - deadlineNs < 0) {
            try {
                learnTopics(factory);
                break;
            } catch (TimeoutException e) {
                LockSupport.parkNanos(RETRY_DELAY.toNanos());
            }
        }
        return factory;
    }

    private static Map<String, Object> config(KafkaCluster kafka, long inFlightBytesMax) {
        return kafka.clientConfig(Map.ofEntries(
                Map.entry(ProducerConfig.CLIENT_ID_CONFIG, CLIENT_ID),
                Map.entry(ProducerConfig.ACKS_CONFIG, "all"),
                Map.entry(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true),
                Map.entry(ProducerConfig.LINGER_MS_CONFIG, 0),
                Map.entry(ProducerConfig.COMPRESSION_TYPE_CONFIG, "none"),
                Map.entry(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) DELIVERY_TIMEOUT.toMillis()),
                Map.entry(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) REQUEST_TIMEOUT.toMillis()),
                Map.entry(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000),
                // Callers are event loops: send() must never wait, neither for metadata nor for memory. Uploads in
                // flight are limited to half of the producer's memory before they get here.
                Map.entry(ProducerConfig.MAX_BLOCK_MS_CONFIG, 0),
                Map.entry(ProducerConfig.BUFFER_MEMORY_CONFIG, 2 * inFlightBytesMax),
                Map.entry(ProducerConfig.METADATA_MAX_IDLE_CONFIG, METADATA_IDLE_RETENTION.toMillis()),
                Map.entry(ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, false)));
    }

    @Override
    public int getPhase() {
        return WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE - 1;
    }

    /** Connects in the background and returns once batches can be stored, or after {@link #READY_TIMEOUT}. */
    @Override
    public void start() {
        running = true;
        probe.start();
        connecting = Mono.fromRunnable(this::connect)
                .subscribeOn(Schedulers.boundedElastic())
                .retryWhen(Retry.fixedDelay(Long.MAX_VALUE, RETRY_DELAY).doBeforeRetry(this::logFailure))
                .subscribe();
        try {
            if (!ready.await(READY_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                log.warn("Kafka or schema registry unavailable; uploads are answered with 503 until both respond");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void connect() {
        if (encoder == null) {
            encoder = new RecordEncoder(registry);
        }
        learnTopics(producers.get());
        ready.countDown();
    }

    private static void learnTopics(DefaultKafkaProducerFactory<byte[], byte[]> factory) {
        RecordEncoder.TOPICS.forEach(topic -> factory.createProducer().partitionsFor(topic.name()));
    }

    private void logFailure(Retry.RetrySignal retry) {
        String reason = String.valueOf(retry.failure().getMessage());
        if (!(retry.failure() instanceof TimeoutException) && !reason.equals(lastFailure.getAndSet(reason))) {
            log.warn("Connecting to Kafka and the schema registry failed; retrying: {}", reason);
        }
    }

    /** Sends what is buffered, for a bounded time, and closes the producer. */
    @Override
    public void stop() {
        running = false;
        Disposable attempts = connecting;
        if (attempts != null) {
            attempts.dispose();
        }
        probe.close();
        producers.close();
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Returns whether batches can be stored, as far as is known. */
    boolean isReady() {
        return isConnected() && probe.isReachable();
    }

    /** Returns whether the schemas and topics are known; uploads are sent then, and the producer retries. */
    private boolean isConnected() {
        return ready.getCount() == 0;
    }

    /**
     * Sends all batches of an upload, in their order.
     *
     * @param batches at least one
     * @param startedAtMs of each batch, by the server's clock
     * @param request the span whose trace the records continue
     * @return completes when Kafka has acknowledged all of them, with the token for reads that are to see them; fails
     *     with a {@link ProblemException}, and then some may be stored and some not: the client sends the upload again
     */
    CompletableFuture<Optional<ReadAfterToken>> publish(
            UserCipher cipher, List<ParsedBatch> batches, long[] startedAtMs, long receivedAtMs, TraceSpan request) {
        RecordEncoder records = encoder;
        if (records == null || !running || !isConnected()) {
            return CompletableFuture.failedFuture(unavailable());
        }
        List<ProducerRecord<byte[], byte[]>> sealed = new ArrayList<>(batches.size());
        for (int i = 0; i < batches.size(); i++) {
            sealed.add(records.encode(cipher, batches.get(i), startedAtMs[i], receivedAtMs));
        }
        Acknowledgements acknowledgements = new Acknowledgements(sealed.size());
        if (request.isTraced()) {
            trace(request.send(sealed.getFirst().topic()), sealed, acknowledgements);
        }
        Producer<byte[], byte[]> producer = producers.get().createProducer();
        for (int i = 0; i < sealed.size(); i++) {
            send(producer, sealed.get(i), acknowledgements);
        }
        return acknowledgements.all();
    }

    private static void trace(
            TraceSpan span, List<ProducerRecord<byte[], byte[]>> records, Acknowledgements acknowledgements) {
        records.forEach(record -> span.addTo(record.headers()));
        acknowledgements.all().whenComplete((position, failure) -> {
            if (failure == null) {
                span.end();
            } else {
                span.fail(failure);
            }
        });
    }

    private static void send(
            Producer<byte[], byte[]> producer,
            ProducerRecord<byte[], byte[]> record,
            Acknowledgements acknowledgements) {
        try {
            producer.send(record, acknowledgements);
        } catch (KafkaException | IllegalStateException e) {
            acknowledgements.onCompletion(null, e);
        }
    }

    static ProblemException unavailable() {
        return UploadProblems.unavailable("Kafka unavailable; send this again later");
    }
}
