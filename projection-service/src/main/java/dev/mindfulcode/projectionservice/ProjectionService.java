package dev.mindfulcode.projectionservice;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
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
 * The running projections. What users write themselves (sessions, accounts) has a loop of its own, so that it never
 * waits behind what the stream makes of their typing. Thread-safe.
 */
public final class ProjectionService implements SmartLifecycle {

    private static final List<Topic<?>> WRITTEN = List.of(Topics.SESSIONS, Topics.ACCOUNTS);

    private static final String GROUP_PREFIX = "mindful-projection-";
    private static final int WRITTEN_RECORDS_MAX = 500;
    private static final int STREAMED_RECORDS_MAX = 2_000;

    /** One for each loop's transaction, one for each loop's look at a user's key, one to spare. */
    private static final int CONNECTIONS_MAX = 5;

    private static final int STATEMENT_MS_MAX = 20_000;
    private static final Duration ANSWER_MAX = Duration.ofSeconds(30);

    /** Comparing two builds is one statement over all their rows. */
    private static final Duration REBUILD_ANSWER_MAX = Duration.ofHours(1);

    /**
     * Rows and offsets are lost together or not at all, and Kafka still has what was lost; so a commit need not wait
     * for the disk.
     */
    private static final String SESSION_SETTINGS =
            "SET synchronous_commit = off; SET statement_timeout = " + STATEMENT_MS_MAX;

    private final ProjectionSettings settings;
    private final List<Projection> projections;
    private final MeterRegistry meters;
    private final ClockStepWatch clockSteps;
    private ClockStepWatch.@Nullable Registration registration;
    private @Nullable Running running;

    private record Running(
            HikariDataSource database,
            HikariDataSource unhurried,
            KafkaDeadLetterSink deadLetters,
            List<ProjectionLoop> loops,
            RebuildRunner rebuilds) {}

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
            registration = clockSteps.onStepBack("projections", this::startOver);
        }
        if (running == null) {
            running = open();
        }
    }

    /**
     * Consumers and producers count on a clock that only goes forward; those that are opened after a step know none of
     * it.
     */
    private synchronized void startOver() {
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
        HikariDataSource database = open("projection", CONNECTIONS_MAX, ANSWER_MAX);
        HikariDataSource unhurried = open("rebuild", RebuildSettings.CONNECTIONS_MAX, REBUILD_ANSWER_MAX);
        try {
            PostgresUserKeys.migrate(database);
            ReadModel.migrate(database, projections);
            PostgresUserKeys keys = PostgresUserKeys.open(database, settings.keyEncryptionKey());
            KafkaDeadLetterSink deadLetters =
                    new KafkaDeadLetterSink(settings.bootstrapServers(), settings.registry(), Clock.systemUTC());
            List<ProjectionLoop> loops = List.of(
                            loop("written", WRITTEN, WRITTEN_RECORDS_MAX),
                            loop("streamed", streamed(), STREAMED_RECORDS_MAX))
                    .stream()
                    .map(loop -> new ProjectionLoop(loop, settings.registry(), database, keys, deadLetters, meters))
                    .toList();
            loops.forEach(ProjectionLoop::start);
            RebuildRunner rebuilds = new RebuildRunner(new RebuildSettings(
                    settings.bootstrapServers(), settings.registry(), unhurried, keys, projections, meters));
            rebuilds.start();
            return new Running(database, unhurried, deadLetters, loops, rebuilds);
        } catch (RuntimeException e) {
            unhurried.close();
            database.close();
            throw e;
        }
    }

    /** Ends each loop's transaction and leaves the groups; bounded by what a loop may take. */
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
                Stream.of(stopping.rebuilds()::close), stopping.loops().stream().map(loop -> loop::close));
        List<Thread> closing =
                closes.map(close -> Thread.ofPlatform().start(close)).toList();
        try {
            for (Thread thread : closing) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        stopping.deadLetters().close();
        stopping.unhurried().close();
        stopping.database().close();
    }

    @Override
    public synchronized boolean isRunning() {
        return registration != null;
    }

    /** Returns how each loop is doing, by name. */
    public synchronized Map<String, LoopState> loops() {
        Map<String, LoopState> states = new LinkedHashMap<>();
        if (running != null) {
            running.loops().forEach(loop -> states.put(loop.name(), loop.state()));
        }
        return states;
    }

    /**
     * Whether every loop knows its partitions and where they stand, and nothing is failing: what is written from now on
     * is followed, though there may be much to catch up with first.
     */
    public boolean isFollowing() {
        Map<String, LoopState> states = loops();
        return !states.isEmpty() && states.values().stream().allMatch(LoopState::isFollowing);
    }

    /** Whether every loop has been given its partitions, and had applied all that was committed when it last looked. */
    public boolean isCaughtUp() {
        Map<String, LoopState> states = loops();
        return !states.isEmpty() && states.values().stream().allMatch(LoopState::isCaughtUp);
    }

    /** What is not written by users themselves. */
    private List<Topic<?>> streamed() {
        return projections.stream()
                .<Topic<?>>flatMap(projection -> projection.topics().stream())
                .filter(topic -> !WRITTEN.contains(topic))
                .distinct()
                .toList();
    }

    private LoopSettings loop(String name, List<Topic<?>> topics, int recordsMax) {
        List<Projection> reading = projections.stream()
                .filter(projection -> projection.topics().stream().anyMatch(topics::contains))
                .toList();
        return new LoopSettings(
                name,
                GROUP_PREFIX + name,
                settings.instanceId(),
                settings.bootstrapServers(),
                topics,
                reading,
                ReadModel.TABLES,
                recordsMax);
    }

    private HikariDataSource open(String name, int connectionsMax, Duration answerMax) {
        HikariConfig config = settings.database().pool(name, connectionsMax, answerMax);
        config.setMinimumIdle(1);
        config.setConnectionInitSql(SESSION_SETTINGS);
        return new HikariDataSource(config);
    }
}
