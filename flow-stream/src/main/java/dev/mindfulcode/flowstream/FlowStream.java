package dev.mindfulcode.flowstream;

import com.zaxxer.hikari.HikariDataSource;
import dev.mindfulcode.protection.PostgresUserKeys;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** The running stream: starts with its Spring context and stops with it. Thread-safe. */
public final class FlowStream implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(FlowStream.class);

    /** For finishing the last transaction; what is not finished by then is undone, and done again at the next start. */
    static final Duration CLOSE_MAX = Duration.ofSeconds(8);

    private static final Duration DATABASE_ANSWER_MAX = Duration.ofSeconds(10);

    private final FlowStreamSettings settings;
    private final MeterRegistry meters;
    private @Nullable Running running;
    private KafkaStreams.State state = KafkaStreams.State.CREATED;

    private record Running(KafkaStreams streams, StreamsMetrics metrics, HikariDataSource database) {}

    FlowStream(FlowStreamSettings settings, MeterRegistry meters) {
        this.settings = settings;
        this.meters = meters;
    }

    /** Starts the stream and returns at once; {@link #awaitReady} tells when it has begun to process. */
    @Override
    public synchronized void start() {
        if (running != null) {
            return;
        }
        HikariDataSource database = new HikariDataSource(
                settings.database().pool("flow-stream", settings.stream().threads(), DATABASE_ANSWER_MAX));
        try {
            running = start(database);
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    private Running start(HikariDataSource database) {
        PostgresUserKeys.migrate(database);
        StreamMeters streamMeters = new StreamMeters(meters);
        InstantSource clock = InstantSource.system();
        FlowTopology topology = new FlowTopology(
                KeyLookup.of(PostgresUserKeys.open(database, settings.keyEncryptionKey())),
                settings.registry(),
                streamMeters,
                new TrustedTimestamps(clock),
                settings.teamMembersMin());
        DeadLetters deadLetters = new DeadLetters(settings.registry(), clock, streamMeters);
        Topology built = topology.get();
        KafkaStreams streams = new KafkaStreams(built, settings.stream().properties(deadLetters));
        streams.setUncaughtExceptionHandler(new ThreadReplacement(clock, streamMeters));
        streams.setStateListener((now, before) -> stateChanged(now));
        StreamsMetrics metrics = new StreamsMetrics(streams::metrics, built.describe(), meters);
        streams.start();
        return new Running(streams, metrics, database);
    }

    /** Finishes what is being processed and leaves the group, so that the next start need not wait for this one to time out. */
    @Override
    public void stop() {
        Running stopping;
        synchronized (this) {
            stopping = running;
            running = null;
        }
        if (stopping == null) {
            return;
        }
        boolean clean = stopping.streams()
                .close(CloseOptions.timeout(CLOSE_MAX)
                        .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
        stopping.metrics().close();
        stopping.database().close();
        if (!clean) {
            log.warn("The stream did not stop within {}; its last transaction is undone by the next start", CLOSE_MAX);
        }
    }

    /** Whether the stream was started and not yet stopped; that says nothing about how it is doing. */
    @Override
    public synchronized boolean isRunning() {
        return running != null;
    }

    /** Whether the stream has its partitions and their state, and is processing. */
    public synchronized boolean isReady() {
        return state == KafkaStreams.State.RUNNING;
    }

    /** Whether the stream has given up: too many threads failed, or it cannot run as things are. It does not come back by itself. */
    public synchronized boolean hasFailed() {
        return state == KafkaStreams.State.ERROR || state == KafkaStreams.State.PENDING_ERROR;
    }

    /**
     * Waits until the stream is processing.
     *
     * @return false where it has failed, or was not ready in time
     */
    public synchronized boolean awaitReady(Duration max) throws InterruptedException {
        long untilNs = System.nanoTime() + max.toNanos();
        while (!isReady() && !hasFailed()) {
            long leftMs = (untilNs - System.nanoTime()) / 1_000_000;
            if (leftMs <= 0) {
                return false;
            }
            wait(leftMs);
        }
        return isReady();
    }

    /** Waits until the stream has stopped, or given up. */
    synchronized void awaitEnd() throws InterruptedException {
        while (state != KafkaStreams.State.NOT_RUNNING && !hasFailed()) {
            wait();
        }
    }

    private synchronized void stateChanged(KafkaStreams.State now) {
        state = now;
        notifyAll();
    }
}
