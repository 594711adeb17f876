package dev.mindfulcode.projectionservice.loop;

import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.management.tracing.TraceSpan;
import dev.mindfulcode.management.tracing.Tracing;
import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.loop.LoopMetrics.Setback;
import dev.mindfulcode.schemas.SchemaRegistry;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that polls records and applies them. The offset table is the only source of positions: after an assignment,
 * a failure or a {@link FencedException}, a partition is paused until the table has been read, and polled records are
 * dropped, because Kafka still has them. Polling continues meanwhile, so that the loop stays in its group while the
 * database is unavailable.
 */
public final class ProjectionLoop implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ProjectionLoop.class);
    private static final Duration POLL_TIMEOUT = Duration.ofMillis(100);
    private static final Duration CONSUMER_CLOSE_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);

    /** Checks before records count as lost: a new partition leader may report an old end offset for a moment. */
    private static final int LOST_RECORD_CHECKS = 3;

    private final LoopSettings settings;
    private final Supplier<? extends Consumer<byte @Nullable [], byte @Nullable []>> consumers;
    private final RecordReader reader;
    private final BatchWriter writer;
    private final LoopMetrics metrics;
    private final BatchTraces traces;
    private final Backoff backoff = new Backoff();
    private final Thread thread;
    private int lostRecordChecks;
    private volatile boolean isStopping;
    private volatile LoopState state = LoopState.INITIAL;
    private volatile @Nullable Consumer<?, ?> current;

    public ProjectionLoop(
            LoopSettings settings,
            SchemaRegistry registry,
            DataSource database,
            UserKeys keys,
            DeadLetterSink deadLetters,
            MeterRegistry meters,
            Tracing tracing) {
        this.settings = settings;
        traces = new BatchTraces(tracing, InstantSource.system());
        consumers = () -> new KafkaConsumer<>(settings.consumerConfig());
        reader = new RecordReader(settings.topics(), registry, keys);
        metrics = new LoopMetrics(meters, settings.name(), settings.projections()).showFollowing();
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

    /** Finishes the current transaction and leaves the group, within {@link #STOP_TIMEOUT}. */
    @Override
    public void close() {
        isStopping = true;
        Consumer<?, ?> consumer = current;
        if (consumer != null) {
            consumer.wakeup();
        }
        try {
            if (!thread.join(STOP_TIMEOUT)) {
                log.warn(
                        "Projection loop did not stop in time; interrupting it: loop={}, timeout={}",
                        name(),
                        STOP_TIMEOUT);
                thread.interrupt();
                thread.join(CONSUMER_CLOSE_TIMEOUT);
            }
        } catch (InterruptedException e) {
            thread.interrupt();
            Thread.currentThread().interrupt();
        }
    }

    /** Replaces a failed consumer. */
    private void run() {
        try {
            while (!isStopping) {
                try {
                    follow();
                } catch (WakeupException | InterruptException e) {
                    if (!isStopping) {
                        log.warn("Projection loop was interrupted; continuing: loop={}", name());
                    }
                } catch (RuntimeException e) {
                    failed(Setback.CONSUMER, e);
                    waitForBackoff();
                }
            }
        } finally {
            state = LoopState.ended(isStopping);
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
            consumer.close(CloseOptions.timeout(CONSUMER_CLOSE_TIMEOUT));
        }
    }

    private void step(Consumer<byte @Nullable [], byte @Nullable []> consumer, PartitionPositions positions) {
        if (positions.isAnyUnknown() && backoff.isDue(System.nanoTime())) {
            position(positions);
        }
        ConsumerRecords<byte @Nullable [], byte @Nullable []> records = consumer.poll(POLL_TIMEOUT);
        if (!records.isEmpty()) {
            apply(records, positions);
        }
        observe(consumer, positions);
    }

    private void position(PartitionPositions positions) {
        try {
            positions.seek(writer.positions(positions.unknown()));
            lostRecordChecks = 0;
        } catch (SQLException e) {
            failed(Setback.POSITION, e);
        } catch (OffsetBeyondLogEndException e) {
            failed(Setback.POSITION, e);
            if (++lostRecordChecks == LOST_RECORD_CHECKS) {
                lostRecordChecks = 0;
                repair(e);
            }
        }
    }

    private void repair(OffsetBeyondLogEndException lost) {
        log.error(
                "Kafka lost records that were already applied; rebuilding from the remaining records: lost={}",
                lost.lostByTopic());
        try {
            List<String> projections = writer.repair(lost.ends());
            log.error("Rebuild ordered after lost records: projections={}", projections);
            metrics.setback(Setback.LOST);
        } catch (SQLException e) {
            failed(Setback.REPAIR, e);
        }
    }

    private void apply(ConsumerRecords<byte @Nullable [], byte @Nullable []> records, PartitionPositions positions) {
        Set<TopicPartition> partitions = records.partitions();
        long begunNanos = System.nanoTime();
        List<TraceSpan> spans = traces.begin(records);
        try {
            writer.apply(reader.read(records), positions.known());
            spans.forEach(TraceSpan::end);
            metrics.batch(Duration.ofNanos(System.nanoTime() - begunNanos), oldestMs(records));
            if (!positions.isAnyUnknown()) {
                backoff.succeeded();
            }
        } catch (FencedException e) {
            spans.forEach(span -> span.fail(e));
            log.info("Reading offsets again: loop={}, reason={}", name(), e.getMessage());
            metrics.setback(Setback.FENCED);
            positions.forget(partitions);
        } catch (WakeupException | InterruptException e) {
            spans.forEach(span -> span.fail(e));
            positions.forget(partitions);
            throw e;
        } catch (SQLException | RuntimeException e) {
            spans.forEach(span -> span.fail(e));
            positions.forget(partitions);
            failed(Setback.APPLY, e);
        }
    }

    private static long oldestMs(ConsumerRecords<byte @Nullable [], byte @Nullable []> records) {
        long oldestMs = Long.MAX_VALUE;
        for (ConsumerRecord<byte @Nullable [], byte @Nullable []> record : records) {
            oldestMs = Math.min(oldestMs, record.timestamp());
        }
        return oldestMs;
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
        state = new LoopState(
                true, consumer.assignment().size(), isFollowing, isFollowing && isAtEnd, backoff.failures());
    }

    private void failed(Setback what, Exception e) {
        long delayMs = backoff.failed(System.nanoTime());
        metrics.setback(what);
        if (!isStopping) {
            log.warn("Projection loop failed; retrying in {} ms: loop={}, step={}", delayMs, name(), what, e);
        }
    }

    private void waitForBackoff() {
        try {
            while (!isStopping && !backoff.isDue(System.nanoTime())) {
                TimeUnit.MILLISECONDS.sleep(Backoff.MIN_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
