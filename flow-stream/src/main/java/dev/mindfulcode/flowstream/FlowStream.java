package dev.mindfulcode.flowstream;

import com.zaxxer.hikari.HikariDataSource;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
import dev.mindfulcode.schemas.clock.ClockStepWatch;
import dev.mindfulcode.schemas.clock.KafkaTime;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.SortedMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/** The running stream: starts with its Spring context and stops with it. Thread-safe. */
public final class FlowStream implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(FlowStream.class);

    /** For finishing the last transaction; what is not finished by then is undone, and done again at the next start. */
    static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(8);

    /** Long enough for a thread that is not stuck to end by itself. */
    private static final Duration WAKEUP_INTERVAL = Duration.ofSeconds(1);

    private static final Duration DATABASE_TIMEOUT = Duration.ofSeconds(10);

    private final FlowStreamSettings settings;
    private final MeterRegistry meters;
    private final InstantSource clock;
    private final ClockStepWatch clockSteps;
    private ClockStepWatch.@Nullable Registration registration;
    private @Nullable Running running;
    private volatile @Nullable KafkaStreams current;
    private KafkaStreams.State state = KafkaStreams.State.CREATED;

    private record Running(
            KafkaStreams streams, StreamClients clients, KafkaStreamsMetrics metrics, HikariDataSource database) {}

    /** @param clockSteps of the clock */
    FlowStream(FlowStreamSettings settings, MeterRegistry meters, InstantSource clock, ClockStepWatch clockSteps) {
        this.settings = settings;
        this.meters = meters;
        this.clock = clock;
        this.clockSteps = clockSteps;
    }

    /** Starts the stream and returns at once; {@link #awaitReady} tells when it has begun to process. */
    @Override
    public synchronized void start() {
        if (registration == null) {
            registration = clockSteps.onStepBack("flow-stream", this::restart);
        }
        if (running == null) {
            open();
        }
    }

    private synchronized void open() {
        HikariDataSource database = new HikariDataSource(
                settings.database().pool("flow-stream", settings.stream().threads(), DATABASE_TIMEOUT));
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
        FlowTopology topology = new FlowTopology(
                KeyLookup.of(PostgresUserKeys.open(database, settings.keyEncryptionKey())),
                settings.registry(),
                streamMeters,
                new ClampedTimestampExtractor(clock),
                settings.teamMembersMin());
        DeadLetterFactory deadLetters = new DeadLetterFactory(settings.registry(), clock, streamMeters);
        logLostRecords();
        StreamClients clients = new StreamClients();
        Topology built = topology.get();
        KafkaStreams streams =
                new KafkaStreams(built, settings.stream().properties(deadLetters), clients, new KafkaTime(clock));
        ThreadReplacement replacement = new ThreadReplacement(clock, streamMeters);
        // Threads of a stream that is being closed fail when their polls are ended; another stream takes their place.
        streams.setUncaughtExceptionHandler(failure ->
                streams == current ? replacement.handle(failure) : StreamThreadExceptionResponse.SHUTDOWN_CLIENT);
        streams.setStateListener((now, before) -> stateChanged(streams, now));
        KafkaStreamsMetrics metrics = new KafkaStreamsMetrics(streams::metrics, built.describe(), meters);
        state = KafkaStreams.State.CREATED;
        current = streams;
        streams.start();
        return new Running(streams, clients, metrics, database);
    }

    /**
     * A log that ends before what was read from it has lost records; what was counted of them stays until the stream is
     * reset.
     */
    private void logLostRecords() {
        try (Admin admin = Admin.create(Map.of(
                AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, settings.stream().bootstrapServers()))) {
            SortedMap<String, Long> lost = new FlowStreamReset(admin).lost();
            if (!lost.isEmpty()) {
                log.error(
                        "The log has lost records that the stream had read: {}. Their topics are read again from the"
                                + " first record, and what is known is not counted twice; what was counted of the lost"
                                + " records stays",
                        lost);
            }
        } catch (KafkaException e) {
            log.warn("Offsets cannot be compared with the ends of the log: {}", e.toString());
        }
    }

    /**
     * Kafka Streams commits and punctuates by instants of the clock that was set back: a new one knows none of them.
     */
    private void restart() {
        Running before;
        synchronized (this) {
            if (registration == null) {
                return;
            }
            before = running;
            running = null;
            current = null;
            state = KafkaStreams.State.CREATED;
        }
        if (before != null) {
            closeStuck(before);
        }
        synchronized (this) {
            if (registration != null && running == null) {
                open();
            }
        }
    }

    /**
     * Finishes what is being processed and leaves the group, so that the next start need not wait for this one to time
     * out.
     */
    @Override
    public void stop() {
        Running stopping;
        synchronized (this) {
            if (registration != null) {
                registration.close();
                registration = null;
            }
            stopping = running;
            running = null;
        }
        if (stopping != null) {
            close(stopping);
        }
    }

    /** Ends polls that began before the clock was set back, as long as they keep the stream from closing. */
    private static void closeStuck(Running stopping) {
        Thread closing = Thread.ofPlatform().daemon().name("flow-stream-close").start(() -> close(stopping));
        try {
            while (!closing.join(WAKEUP_INTERVAL)) {
                stopping.clients().wakeUp();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void close(Running stopping) {
        boolean clean = stopping.streams()
                .close(CloseOptions.timeout(CLOSE_TIMEOUT)
                        .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
        stopping.metrics().close();
        stopping.database().close();
        if (!clean) {
            log.warn(
                    "The stream did not stop within {}; its last transaction is undone by the next start",
                    CLOSE_TIMEOUT);
        }
    }

    /** Whether the stream was started and not yet stopped; that says nothing about how it is doing. */
    @Override
    public synchronized boolean isRunning() {
        return registration != null;
    }

    /** Whether the stream has its partitions and their state, and is processing. */
    public synchronized boolean isReady() {
        return state == KafkaStreams.State.RUNNING;
    }

    /**
     * Whether the stream has given up: too many threads failed, or it cannot run as things are. It does not come back
     * by itself.
     */
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

    private synchronized void stateChanged(KafkaStreams streams, KafkaStreams.State now) {
        if (streams == current) {
            state = now;
            notifyAll();
        }
    }
}
