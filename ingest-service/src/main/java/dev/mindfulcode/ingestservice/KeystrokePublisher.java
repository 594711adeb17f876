package dev.mindfulcode.ingestservice;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.ReadAfterToken;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.schemas.clock.ClockStepWatch;
import dev.mindfulcode.schemas.clock.ReopenableClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way onto the topic {@code keystrokes}: batches are encrypted, framed and sent with acks=all by an idempotent
 * producer. Thread-safe; nothing here blocks a caller: before the producer knows the topic and the registry has told
 * the schema's id, batches are refused as {@link ProblemType#UNAVAILABLE}.
 */
final class KeystrokePublisher implements AutoCloseable {

    static final String CLIENT_ID = "mindful-ingest";

    /** A record that Kafka has not acknowledged by then has failed, and its client is told to send it again. */
    static final Duration DELIVERY_TIMEOUT = Duration.ofSeconds(10);

    static final Duration REQUEST_TIMEOUT = Duration.ofSeconds(4);
    static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(3);

    /** Between two tries at start, while Kafka or the registry is not there yet. */
    private static final Duration RETRY_DELAY = Duration.ofMillis(100);

    /** The producer forgets a topic that nobody wrote to for this long, and then the next batch would be refused. */
    private static final Duration METADATA_IDLE_RETENTION = Duration.ofDays(365);

    private static final Logger log = LoggerFactory.getLogger(KeystrokePublisher.class);

    private final ReopenableClient<KafkaProducer<byte[], byte[]>> producer;
    private final SchemaRegistry registry;
    private final String topic = Topics.KEYSTROKES.name();
    private final CountDownLatch ready = new CountDownLatch(1);
    private volatile @Nullable KeystrokeRecordEncoder encoder;
    private volatile boolean closed;

    KeystrokePublisher(String bootstrapServers, long inFlightBytesMax, SchemaRegistry registry) {
        this.registry = registry;
        this.producer = new ReopenableClient<>(
                "ingest-producer",
                ClockStepWatch.ofSystem(),
                () -> open(bootstrapServers, inFlightBytesMax),
                opened -> opened.close(CLOSE_TIMEOUT));
        Thread.ofVirtual().name("ingest-warm-up").start(this::becomeReady);
    }

    /**
     * A producer that replaces another is given no batch before it knows the topic, else that batch would be refused.
     */
    private KafkaProducer<byte[], byte[]> open(String bootstrapServers, long inFlightBytesMax) {
        KafkaProducer<byte[], byte[]> opened = new KafkaProducer<>(
                config(bootstrapServers, inFlightBytesMax), new ByteArraySerializer(), new ByteArraySerializer());
        long deadlineNs = System.nanoTime() + DELIVERY_TIMEOUT.toNanos();
        while (isReady() && !closed && System.nanoTime() - deadlineNs < 0) {
            try {
                opened.partitionsFor(topic);
                break;
            } catch (TimeoutException e) {
                LockSupport.parkNanos(RETRY_DELAY.toNanos());
            }
        }
        return opened;
    }

    private static Map<String, Object> config(String bootstrapServers, long inFlightBytesMax) {
        return Map.ofEntries(
                Map.entry(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers),
                Map.entry(ProducerConfig.CLIENT_ID_CONFIG, CLIENT_ID),
                Map.entry(ProducerConfig.ACKS_CONFIG, "all"),
                Map.entry(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true),
                Map.entry(ProducerConfig.LINGER_MS_CONFIG, 0),
                Map.entry(ProducerConfig.COMPRESSION_TYPE_CONFIG, "none"),
                Map.entry(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, (int) DELIVERY_TIMEOUT.toMillis()),
                Map.entry(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, (int) REQUEST_TIMEOUT.toMillis()),
                Map.entry(ProducerConfig.RECONNECT_BACKOFF_MAX_MS_CONFIG, 1_000),
                // Callers are event loops: send() must never wait, neither for metadata nor for memory. Uploads in
                // flight
                // are bounded before they get here, at half of what the producer may use.
                Map.entry(ProducerConfig.MAX_BLOCK_MS_CONFIG, 0),
                Map.entry(ProducerConfig.BUFFER_MEMORY_CONFIG, 2 * inFlightBytesMax),
                Map.entry(ProducerConfig.METADATA_MAX_IDLE_CONFIG, METADATA_IDLE_RETENTION.toMillis()),
                Map.entry(ProducerConfig.ENABLE_METRICS_PUSH_CONFIG, false));
    }

    private void becomeReady() {
        String last = "";
        while (!closed) {
            try {
                if (encoder == null) {
                    encoder = new KeystrokeRecordEncoder(registry);
                }
                producer.get().partitionsFor(topic);
                ready.countDown();
                return;
            } catch (RuntimeException e) {
                String reason = String.valueOf(e.getMessage());
                if (!(e instanceof TimeoutException) && !reason.equals(last)) {
                    log.warn("Keystrokes cannot be stored yet: {}", reason);
                    last = reason;
                }
            }
            try {
                TimeUnit.MILLISECONDS.sleep(RETRY_DELAY.toMillis());
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /** Whether batches can be stored, as far as is known. */
    boolean isReady() {
        return ready.getCount() == 0;
    }

    /** Waits until batches can be stored, but not for ever. */
    boolean awaitReady(Duration patience) throws InterruptedException {
        return ready.await(patience.toMillis(), TimeUnit.MILLISECONDS);
    }

    /**
     * Sends all batches of an upload, in their order.
     *
     * @param batches at least one
     * @param startedAtMs of each batch, by the server's clock
     * @return done when Kafka has acknowledged all of them, with what a read that is to see them waits for; fails with
     *     a {@link UploadException}, and then some may be stored and some not, which is why a client sends the upload again as
     *     it is
     */
    CompletableFuture<Optional<ReadAfterToken>> publish(
            UserCipher cipher, List<ParsedBatch> batches, long[] startedAtMs, long receivedAtMs) {
        KeystrokeRecordEncoder ready = encoder;
        if (ready == null || !isReady()) {
            return CompletableFuture.failedFuture(unavailable());
        }
        byte[] key = KeystrokeRecordEncoder.key(cipher.userId());
        List<ProducerRecord<byte[], byte[]>> sealed = new ArrayList<>(batches.size());
        for (int i = 0; i < batches.size(); i++) {
            ParsedBatch batch = batches.get(i);
            byte[] payload = cipher.encrypt(batch.payload(), topic, KeystrokePayload.VERSION);
            byte[] value = ready.encode(batch, startedAtMs[i], receivedAtMs, payload);
            // Stamped with our own clock: one user's clock must not move stream time for a whole partition.
            sealed.add(new ProducerRecord<>(topic, null, receivedAtMs, key, value));
        }
        Acknowledgements acknowledgements = new Acknowledgements(sealed.size());
        for (int i = 0; i < sealed.size(); i++) {
            send(sealed.get(i), acknowledgements);
        }
        return acknowledgements.all();
    }

    private void send(ProducerRecord<byte[], byte[]> record, Acknowledgements acknowledgements) {
        try {
            producer.get().send(record, acknowledgements);
        } catch (KafkaException | IllegalStateException e) {
            acknowledgements.onCompletion(null, e);
        }
    }

    static UploadException unavailable() {
        return new UploadException(
                ProblemType.UNAVAILABLE, "Kafka does not take batches at the moment; send this again later");
    }

    /** Sends what is buffered, for a bounded time, and closes. */
    @Override
    public void close() {
        closed = true;
        producer.close();
    }
}
