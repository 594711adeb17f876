package dev.mindfulcode.projectionservice.loop;

import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.schemas.SchemaRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that polls records, applies them and polls again. Where a partition stands is what the offsets table says;
 * after an assignment, a failure or a fence, the partition is paused until that has been read, and whatever was in hand
 * is forgotten: Kafka still has it. Meanwhile polling goes on, so that the loop keeps its place in the group however
 * long the database is away.
 */
public final class ProjectionLoop implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ProjectionLoop.class);
    private static final Duration POLL_MAX = Duration.ofMillis(100);
    private static final Duration CONSUMER_CLOSE_MAX = Duration.ofSeconds(3);
    private static final Duration STOP_MAX = Duration.ofSeconds(10);

    /** How often a log is found to end too early before it is believed: a new leader may not know its end at once. */
    private static final int MISPLACED_LOOKS_MAX = 3;

    private final LoopSettings settings;
    private final Supplier<? extends Consumer<byte @Nullable [], byte @Nullable []>> consumers;
    private final RecordReader reader;
    private final BatchWriter writer;
    private final LoopMetrics metrics;
    private final Backoff backoff = new Backoff();
    private final Thread thread;
    private int misplacedLooks;
    private volatile boolean isStopping;
    private volatile LoopState state = LoopState.INITIAL;
    private volatile @Nullable Consumer<?, ?> current;

    public ProjectionLoop(
            LoopSettings settings,
            SchemaRegistry registry,
            DataSource database,
            UserKeys keys,
            DeadLetterSink deadLetters,
            MeterRegistry meters) {
        this.settings = settings;
        consumers = () -> new KafkaConsumer<>(settings.consumerConfig());
        reader = new RecordReader(settings.topics(), registry, keys);
        metrics = new LoopMetrics(meters, settings.name(), settings.projections());
        writer = new BatchWriter(
                database,
                settings.tables(),
                new ActiveProjections(settings.tables(), settings.projections()),
                deadLetters,
                metrics);
        thread = Thread.ofPlatform().name("projection-" + settings.name()).unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    public LoopState state() {
        return state;
    }

    public String name() {
        return settings.name();
    }

    /** Lets the loop finish its transaction and leave its group, within a bound. */
    @Override
    public void close() {
        isStopping = true;
        Consumer<?, ?> consumer = current;
        if (consumer != null) {
            consumer.wakeup();
        }
        try {
            if (!thread.join(STOP_MAX)) {
                LOG.warn("{} did not stop in {}; interrupting it", thread.getName(), STOP_MAX);
                thread.interrupt();
                thread.join(CONSUMER_CLOSE_MAX);
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }

    /** A consumer that failed for good is replaced. */
    private void run() {
        try {
            while (!isStopping) {
                try {
                    follow();
                } catch (WakeupException | InterruptException e) {
                    if (!isStopping) {
                        LOG.warn("{} was interrupted; going on", thread.getName());
                    }
                } catch (RuntimeException e) {
                    failed("consumer", e);
                    waitForBackoff();
                }
            }
        } finally {
            state = LoopState.INITIAL;
            metrics.close();
            reader.close();
        }
    }

    private void follow() {
        Consumer<byte @Nullable [], byte @Nullable []> consumer = consumers.get();
        try {
            current = consumer;
            PartitionPositions positions = new PartitionPositions(consumer, settings.topicNames());
            while (!isStopping) {
                step(consumer, positions);
            }
        } finally {
            current = null;
            consumer.close(CloseOptions.timeout(CONSUMER_CLOSE_MAX));
        }
    }

    private void step(Consumer<byte @Nullable [], byte @Nullable []> consumer, PartitionPositions positions) {
        if (positions.isAnyUnknown() && backoff.isDue(System.nanoTime())) {
            position(positions);
        }
        ConsumerRecords<byte @Nullable [], byte @Nullable []> records = consumer.poll(POLL_MAX);
        if (!records.isEmpty()) {
            apply(records, positions);
        }
        observe(consumer, positions);
    }

    private void position(PartitionPositions positions) {
        try {
            positions.seek(writer.positions(positions.unknown()));
            misplacedLooks = 0;
        } catch (SQLException e) {
            failed("position", e);
        } catch (OffsetBeyondLogEndException e) {
            failed("position", e);
            if (++misplacedLooks == MISPLACED_LOOKS_MAX) {
                misplacedLooks = 0;
                repair(e);
            }
        }
    }

    private void repair(OffsetBeyondLogEndException lost) {
        LOG.error(
                "The log has lost records that were applied: {}. Building again what was made of them, from what the log"
                        + " holds",
                lost.lostByTopic());
        try {
            List<String> projections = writer.repair(lost.ends());
            LOG.error("Building again after records were lost: {}", projections);
            metrics.setback("lost");
        } catch (SQLException e) {
            failed("repair", e);
        }
    }

    private void apply(ConsumerRecords<byte @Nullable [], byte @Nullable []> records, PartitionPositions positions) {
        Set<TopicPartition> partitions = records.partitions();
        long begunNanos = System.nanoTime();
        try {
            writer.apply(reader.read(records), positions.known());
            metrics.batch(Duration.ofNanos(System.nanoTime() - begunNanos));
            if (!positions.isAnyUnknown()) {
                backoff.succeeded();
            }
        } catch (FencedException e) {
            LOG.info("{}: {}; reading the table again", thread.getName(), e.getMessage());
            metrics.setback("fenced");
            positions.forget(partitions);
        } catch (WakeupException | InterruptException e) {
            positions.forget(partitions);
            throw e;
        } catch (SQLException | RuntimeException e) {
            positions.forget(partitions);
            failed("apply", e);
        }
    }

    private void observe(Consumer<?, ?> consumer, PartitionPositions positions) {
        boolean isKnown = positions.isAssigned() && !positions.isAnyUnknown();
        boolean isAtEnd = isKnown;
        for (Projection projection : settings.projections()) {
            long lag = 0;
            for (TopicPartition partition : positions.known().keySet()) {
                if (projection.reads(partition.topic())) {
                    long behind = consumer.currentLag(partition).orElse(-1);
                    isAtEnd &= behind == 0;
                    lag += Math.max(0, behind);
                }
            }
            metrics.lag(projection, lag);
        }
        if (isAtEnd) {
            backoff.succeeded();
        }
        boolean isFollowing = isKnown && backoff.failures() == 0;
        state = new LoopState(consumer.assignment().size(), isFollowing, isFollowing && isAtEnd, backoff.failures());
    }

    private void failed(String what, Exception e) {
        long waitMs = backoff.failed(System.nanoTime());
        metrics.setback(what);
        if (!isStopping) {
            LOG.warn("{}: {} failed, trying again in {} ms", thread.getName(), what, waitMs, e);
        }
    }

    private void waitForBackoff() {
        try {
            while (!isStopping && !backoff.isDue(System.nanoTime())) {
                TimeUnit.MILLISECONDS.sleep(Backoff.FIRST_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
