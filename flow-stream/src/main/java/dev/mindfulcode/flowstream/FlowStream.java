package dev.mindfulcode.flowstream;

import com.zaxxer.hikari.HikariDataSource;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
import dev.mindfulcode.dataprotection.ProtectionSecrets;
import dev.mindfulcode.management.PoolMetrics;
import dev.mindfulcode.management.tracing.Tracing;
import dev.mindfulcode.schemas.clock.ClockStepWatch;
import dev.mindfulcode.schemas.clock.KafkaTime;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.SortedMap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * The lifecycle of the stream: Spring starts it with the context, as the last bean, and stops it first. It is opened
 * again, with new Kafka clients, after the system clock was set back. Thread-safe.
 *
 * <p>Not spring-kafka's StreamsBuilderFactoryBean: that builds its topology from a StreamsBuilder and cannot pass a
 * clock to KafkaStreams.
 */
public final class FlowStream implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(FlowStream.class);

    /** For the last transaction to finish; otherwise it is aborted and its input processed again at the start. */
    static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(8);

    /** Long enough for a thread that is not blocked to end by itself. */
    private static final Duration WAKEUP_INTERVAL = Duration.ofSeconds(1);

    private static final Duration DATABASE_TIMEOUT = Duration.ofSeconds(10);

    private static final String TEAM_NOISE_SECRET = "team-noise";

    private final FlowStreamSettings settings;
    private final MeterRegistry meters;
    private final InstantSource clock;
    private final ClockStepWatch clockSteps;
    private ClockStepWatch.@Nullable Registration registration;
    private @Nullable Running running;
    private volatile @Nullable KafkaStreams current;
    private KafkaStreams.State state = KafkaStreams.State.CREATED;

    private record Running(
            KafkaStreams streams,
            StreamClients clients,
            KafkaStreamsMetrics metrics,
            PoolMetrics pool,
            PostgresUserKeys keys,
            HikariDataSource database,
            Tracing tracing) {}

    /** @param clockSteps watches the same clock */
    FlowStream(FlowStreamSettings settings, MeterRegistry meters, InstantSource clock, ClockStepWatch clockSteps) {
        this.settings = settings;
        this.meters = meters;
        this.clock = clock;
        this.clockSteps = clockSteps;
        Gauge.builder("mindful.stream.running", this, self -> self.isReady() ? 1 : 0)
                .description("1 while the stream has its partitions and processes")
                .register(meters);
    }

    /** Starts the stream and returns at once; {@link #awaitReady} waits until it processes. */
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
                settings.database().pool("flow-stream", settings.mindfulStreamThreads() + 1, DATABASE_TIMEOUT));
        try {
            PostgresUserKeys.migrate(database);
            running = start(database, PostgresUserKeys.open(database, settings.keyEncryptionKey()));
        } catch (RuntimeException e) {
            database.close();
            throw e;
        }
    }

    private Running start(HikariDataSource database, PostgresUserKeys keys) {
        StreamMeters streamMeters = new StreamMeters(meters);
        Tracing tracing = Tracing.of("flow-stream", settings.otel());
        FlowTopology topology = new FlowTopology(
                KeyLookup.of(keys),
                settings.registry(),
                streamMeters,
                new ClampedTimestampExtractor(clock),
                new TeamPrivacy(
                        settings.mindfulTeamMembersMin(),
                        settings.teamPrivacyBudget(),
                        new ProtectionSecrets(database, settings.keyEncryptionKey()).get(TEAM_NOISE_SECRET)),
                tracing);
        DeadLetterFactory deadLetters = new DeadLetterFactory(settings.registry(), clock, streamMeters);
        logLostRecords();
        StreamClients clients = new StreamClients();
        Topology built = topology.get();
        KafkaStreams streams =
                new KafkaStreams(built, settings.stream().properties(deadLetters), clients, new KafkaTime(clock));
        ThreadReplacement replacement = new ThreadReplacement(clock, streamMeters);
        // Threads of a stream that is being closed fail when their polls are ended; they are not replaced.
        streams.setUncaughtExceptionHandler(failure ->
                streams == current ? replacement.handle(failure) : StreamThreadExceptionResponse.SHUTDOWN_CLIENT);
        streams.setStateListener((now, before) -> stateChanged(streams, now));
        KafkaStreamsMetrics metrics = new KafkaStreamsMetrics(streams::metrics, built.describe(), meters);
        state = KafkaStreams.State.CREATED;
        current = streams;
        streams.start();
        return new Running(streams, clients, metrics, PoolMetrics.of(meters, database), keys, database, tracing);
    }

    /** Reports committed offsets past the end of a topic: the topic has lost records that the stream had read. */
    private void logLostRecords() {
        try (Admin admin = Admin.create(settings.kafka().clientConfig(Map.of()))) {
            SortedMap<String, Long> lost = new FlowStreamReset(admin).lost();
            if (!lost.isEmpty()) {
                log.error(
                        "Kafka lost records that the stream had read: {}. Reading these topics again from the first"
                                + " record; known batches are not counted twice, counts of lost records remain",
                        lost);
            }
        } catch (KafkaException e) {
            log.warn("Committed offsets not checked against the ends of their topics: {}", e.toString());
        }
    }

    /** Opens the stream again: the old one would commit and punctuate by instants of the clock that was set back. */
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

    /** Finishes the transaction and leaves the group, so that the next start need not wait for a session timeout. */
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

    /** Closes the stream, ending polls that began before the clock was set back and would block it. */
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
        stopping.pool().close();
        stopping.keys().close();
        stopping.database().close();
        stopping.tracing().close();
        if (!clean) {
            log.warn(
                    "The stream did not stop within {}; its last transaction is undone by the next start",
                    CLOSE_TIMEOUT);
        }
    }

    /** Starts after all other beans and stops before them: it needs what they serve. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }

    /** Returns whether the stream was started and not yet stopped; {@link #isReady} and {@link #hasFailed} say more. */
    @Override
    public synchronized boolean isRunning() {
        return registration != null;
    }

    /** Returns whether the stream has its partitions and their state, and is processing. */
    public synchronized boolean isReady() {
        return state == KafkaStreams.State.RUNNING;
    }

    /** Returns whether the stream has given up after too many failures; it does not recover by itself. */
    public synchronized boolean hasFailed() {
        return state == KafkaStreams.State.ERROR || state == KafkaStreams.State.PENDING_ERROR;
    }

    /**
     * Waits until the stream is processing.
     *
     * @return false if it failed or was not ready in time
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

    /** Waits until the stream has stopped or given up. */
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
