package dev.mindfulcode.gateway.flow;

import dev.mindfulcode.engine.FlowDetector;
import dev.mindfulcode.engine.FlowModel;
import dev.mindfulcode.engine.ModelArtefact;
import dev.mindfulcode.engine.ModelArtefact.MalformedModelException;
import dev.mindfulcode.gateway.log.LogAddress;
import dev.mindfulcode.schemas.PublishedModel;
import dev.mindfulcode.schemas.Topics;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.Deserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Follows flow-models from its beginning and keeps a detector of the model that is to be used. Until the topic has been read, and while
 * nothing is published, that is the built-in one. What is no model for this engine is refused and the one before stays.
 */
final class ModelFeed implements SmartLifecycle, Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(ModelFeed.class);

    /** Compacted topics have one partition. */
    private static final TopicPartition MODELS = new TopicPartition(Topics.FLOW_MODELS.name(), 0);

    private static final Duration POLL_WAIT_MAX = Duration.ofMillis(500);
    private static final Duration START_WAIT_MAX = Duration.ofSeconds(5);
    private static final Duration STOP_WAIT_MAX = Duration.ofSeconds(3);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final String bootstrapServers;
    private final Deserializer<PublishedModel> models;
    private final CountDownLatch caughtUp = new CountDownLatch(1);
    private volatile FlowDetector detector = new FlowDetector();
    private volatile @Nullable Thread thread;
    private volatile @Nullable KafkaConsumer<String, byte[]> consumer;

    ModelFeed(LogAddress log) {
        this.bootstrapServers = log.bootstrapServers();
        this.models = Topics.FLOW_MODELS.valueSerde(log.registry()).deserializer();
    }

    /** Returns a detector that judges with the model to be used now. */
    FlowDetector detector() {
        return detector;
    }

    @Override
    public void run() {
        Thread self = Thread.currentThread();
        while (thread == self) {
            try (KafkaConsumer<String, byte[]> opened = open()) {
                consumer = opened;
                follow(opened, self);
            } catch (WakeupException | InterruptException e) {
                // Being stopped: the loop's condition says so.
            } catch (KafkaException e) {
                LOG.warn("Models cannot be followed for now: {}", e.toString());
                pause();
            } finally {
                consumer = null;
            }
        }
    }

    private void follow(KafkaConsumer<String, byte[]> opened, Thread self) {
        while (thread == self && opened.partitionsFor(MODELS.topic()).isEmpty()) {
            pause();
        }
        opened.assign(List.of(MODELS));
        opened.seekToBeginning(List.of(MODELS));
        long end = opened.endOffsets(List.of(MODELS)).getOrDefault(MODELS, 0L);
        while (thread == self) {
            for (ConsumerRecord<String, byte[]> record : opened.poll(POLL_WAIT_MAX)) {
                if (Topics.ACTIVE_MODEL.equals(record.key())) {
                    use(record.value());
                }
            }
            if (opened.position(MODELS) >= end) {
                caughtUp.countDown();
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
                LOG.error("A model is refused: it was trained on other features than this engine's");
                return;
            }
            byte[] artefact = new byte[published.getArtefact().remaining()];
            published.getArtefact().duplicate().get(artefact);
            FlowModel model = ModelArtefact.decode(artefact);
            if (!model.id().equals(published.getModelId())) {
                LOG.error("A model is refused: its id is not its artefact's");
                return;
            }
            detector = new FlowDetector(model);
        } catch (SerializationException | MalformedModelException e) {
            LOG.error(
                    "A model is refused, the one before stays: {}", e.getClass().getName());
        }
    }

    private KafkaConsumer<String, byte[]> open() {
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

    private static void pause() {
        try {
            TimeUnit.NANOSECONDS.sleep(PAUSE.toNanos());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public synchronized void start() {
        if (thread != null) {
            return;
        }
        Thread started = Thread.ofPlatform().name("gateway-models").daemon().unstarted(this);
        thread = started;
        started.start();
        try {
            if (!caughtUp.await(START_WAIT_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn("The models are not read yet; the built-in one is used until they are");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void stop() {
        Thread stopping;
        synchronized (this) {
            stopping = thread;
            thread = null;
        }
        KafkaConsumer<String, byte[]> open = consumer;
        if (open != null) {
            open.wakeup();
        }
        if (stopping != null) {
            try {
                if (!stopping.join(STOP_WAIT_MAX)) {
                    stopping.interrupt();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public boolean isRunning() {
        return thread != null;
    }

    /** Before the web server, so that its first answer is by the model to be used. */
    @Override
    public int getPhase() {
        return 0;
    }
}
