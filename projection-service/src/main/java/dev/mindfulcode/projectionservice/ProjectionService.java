package dev.mindfulcode.projectionservice;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
import dev.mindfulcode.management.PoolMetrics;
import dev.mindfulcode.management.tracing.Tracing;
import dev.mindfulcode.projectionservice.erasure.ErasureRunner;
import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.loop.KafkaDeadLetterSink;
import dev.mindfulcode.projectionservice.loop.LoopSettings;
import dev.mindfulcode.projectionservice.loop.LoopState;
import dev.mindfulcode.projectionservice.loop.ProjectionLoop;
import dev.mindfulcode.projectionservice.readmodel.ReadModel;
import dev.mindfulcode.projectionservice.rebuild.RebuildRunner;
import dev.mindfulcode.projectionservice.rebuild.RebuildSettings;
import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.schemas.clock.ClockStepWatch;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.context.SmartLifecycle;

/**
 * The running projections. Topics written by users (sessions, accounts) have a loop of their own, so that they never
 * wait behind the output of flow-stream. Thread-safe.
 */
public final class ProjectionService implements SmartLifecycle {

    private static final List<Topic<?>> USER_TOPICS = List.of(Topics.SESSIONS, Topics.ACCOUNTS);

    private static final int USER_RECORDS_MAX = 500;
    private static final int STREAMED_RECORDS_MAX = 2_000;

    /** For each loop one for its transaction and one to look up users' keys; one for key changes, one spare. */
    private static final int CONNECTIONS_MAX = 6;

    private static final int STATEMENT_TIMEOUT_MS = 20_000;
    private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(30);

    /** The comparison of two builds is one statement over all their rows. */
    private static final Duration REBUILD_SOCKET_TIMEOUT = Duration.ofHours(1);

    /** A commit need not wait for the disk: rows and offsets are lost together, and Kafka still has the records. */
    private static final String SESSION_SETTINGS =
            "SET synchronous_commit = off; SET statement_timeout = " + STATEMENT_TIMEOUT_MS;

    private final ProjectionSettings settings;
    private final List<Projection> projections;
    private final MeterRegistry meters;
    private final ClockStepWatch clockSteps;
    private ClockStepWatch.@Nullable Registration registration;
    private @Nullable Running running;

    private record Running(
            HikariDataSource database,
            HikariDataSource rebuildDatabase,
            List<PoolMetrics> pools,
            PostgresUserKeys keys,
            KafkaDeadLetterSink deadLetters,
            List<ProjectionLoop> loops,
            RebuildRunner rebuilds,
            ErasureRunner erasures,
            Tracing tracing) {}

    ProjectionService(
            ProjectionSettings settings,
            List<Projection> projections,
            MeterRegistry meters,
            ClockStepWatch clockSteps) {
        this.clockSteps = clockSteps;
        this.settings = settings;
        this.projections = projections;
        this.meters = meters;
    }

    @Override
    public synchronized void start() {
        if (registration == null) {
            registration = clockSteps.onStepBack("projections", this::restart);
        }
        if (running == null) {
            running = open();
        }
    }

    /** Replaces consumers and producers after the clock was set back: they rely on a clock that only advances. */
    private synchronized void restart() {
        if (registration == null) {
            return;
        }
        Running before = running;
        running = null;
        if (before != null) {
            close(before);
        }
        running = open();
    }

    private Running open() {
        HikariDataSource database = open("projection", CONNECTIONS_MAX, SOCKET_TIMEOUT);
        HikariDataSource rebuildDatabase = open("rebuild", RebuildSettings.CONNECTIONS_MAX, REBUILD_SOCKET_TIMEOUT);
        try {
            PostgresUserKeys.migrate(database);
            ReadModel.migrate(database, projections);
            PostgresUserKeys keys = PostgresUserKeys.open(database, settings.keyEncryptionKey());
            KafkaDeadLetterSink deadLetters =
                    new KafkaDeadLetterSink(settings.kafka(), settings.registry(), Clock.systemUTC());
            Tracing tracing = Tracing.of("projection-service", settings.otel());
            List<ProjectionLoop> loops = List.of(
                            loop("written", USER_TOPICS, USER_RECORDS_MAX),
                            loop("streamed", streamed(), STREAMED_RECORDS_MAX))
                    .stream()
                    .map(loop ->
                            new ProjectionLoop(loop, settings.registry(), database, keys, deadLetters, meters, tracing))
                    .toList();
            loops.forEach(ProjectionLoop::start);
            RebuildRunner rebuilds = new RebuildRunner(new RebuildSettings(
                    settings.kafka(), settings.registry(), rebuildDatabase, keys, projections, meters));
            rebuilds.start();
            ErasureRunner erasures = new ErasureRunner(rebuildDatabase);
            erasures.start();
            List<PoolMetrics> pools =
                    List.of(PoolMetrics.of(meters, database), PoolMetrics.of(meters, rebuildDatabase));
            return new Running(database, rebuildDatabase, pools, keys, deadLetters, loops, rebuilds, erasures, tracing);
        } catch (RuntimeException e) {
            rebuildDatabase.close();
            database.close();
            throw e;
        }
    }

    /** Finishes each loop's transaction and leaves the consumer groups, within the timeouts of the loops. */
    @Override
    public synchronized void stop() {
        if (registration != null) {
            registration.close();
            registration = null;
        }
        Running stopping = running;
        running = null;
        if (stopping != null) {
            close(stopping);
        }
    }

    private static void close(Running stopping) {
        Stream<Runnable> closes = Stream.concat(
                Stream.of(stopping.rebuilds()::close, stopping.erasures()::close),
                stopping.loops().stream().map(loop -> loop::close));
        List<Thread> closing =
                closes.map(close -> Thread.ofPlatform().start(close)).toList();
        try {
            for (Thread thread : closing) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        stopping.pools().forEach(PoolMetrics::close);
        stopping.deadLetters().close();
        stopping.keys().close();
        stopping.rebuildDatabase().close();
        stopping.database().close();
        stopping.tracing().close();
    }

    @Override
    public synchronized boolean isRunning() {
        return registration != null;
    }

    /** Returns the state of each loop, by name. */
    public synchronized Map<String, LoopState> loops() {
        Map<String, LoopState> states = new LinkedHashMap<>();
        if (running != null) {
            running.loops().forEach(loop -> states.put(loop.name(), loop.state()));
        }
        return states;
    }

    /** Returns whether every loop has its partitions and offsets and nothing fails; it may still have a backlog. */
    public boolean isFollowing() {
        Map<String, LoopState> states = loops();
        return !states.isEmpty() && states.values().stream().allMatch(LoopState::isFollowing);
    }

    /** Returns whether every loop has its partitions and had applied all committed records when it last polled. */
    public boolean isCaughtUp() {
        Map<String, LoopState> states = loops();
        return !states.isEmpty() && states.values().stream().allMatch(LoopState::isCaughtUp);
    }

    /** Returns the topics that other services write. */
    private List<Topic<?>> streamed() {
        return projections.stream()
                .<Topic<?>>flatMap(projection -> projection.topics().stream())
                .filter(topic -> !USER_TOPICS.contains(topic))
                .distinct()
                .toList();
    }

    private LoopSettings loop(String name, List<Topic<?>> topics, int recordsMax) {
        List<Projection> reading = projections.stream()
                .filter(projection -> projection.topics().stream().anyMatch(topics::contains))
                .toList();
        return new LoopSettings(
                name,
                Topics.PROJECTION_GROUP_PREFIX + name,
                settings.mindfulInstanceId(),
                settings.kafka(),
                topics,
                reading,
                ReadModel.TABLES,
                recordsMax);
    }

    private HikariDataSource open(String name, int connectionsMax, Duration socketTimeout) {
        HikariConfig config = settings.postgres().pool(name, connectionsMax, socketTimeout);
        config.setMinimumIdle(1);
        config.setConnectionInitSql(SESSION_SETTINGS);
        return new HikariDataSource(config);
    }
}
