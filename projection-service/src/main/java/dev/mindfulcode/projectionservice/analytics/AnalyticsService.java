package dev.mindfulcode.projectionservice.analytics;

import com.zaxxer.hikari.HikariDataSource;
import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
import dev.mindfulcode.dataprotection.SealedEvents;
import dev.mindfulcode.management.PoolMetrics;
import dev.mindfulcode.pluginhost.Capability;
import dev.mindfulcode.pluginhost.PluginHost;
import dev.mindfulcode.pluginhost.PluginLimits;
import dev.mindfulcode.schemas.KafkaCluster;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.schemas.clock.ClockStepWatch;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;

/**
 * Executes plugin runs, on threads and connections of its own, so that long runs do not slow down projections. Several
 * instances share the runs by leases.
 */
public final class AnalyticsService implements SmartLifecycle {

    private static final Logger log = LoggerFactory.getLogger(AnalyticsService.class);

    private static final int WORKERS = 2;
    private static final int CONNECTIONS_MAX = 4;
    private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(30);
    private static final long POLL_INTERVAL_MS = 500;
    private static final int POLLS_PER_LEASE_RENEWAL = 4;
    private static final int POLL_RECORDS_MAX = 500;
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration CONSUMER_CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final Settings settings;
    private ClockStepWatch.@Nullable Registration registration;
    private @Nullable Running running;

    /** @param runsMax concurrent guests, each of at most 16 MiB; further runs wait */
    public record Settings(
            PostgresUrl database,
            KafkaCluster kafka,
            SchemaRegistry registry,
            KeyEncryptionKey keyEncryptionKey,
            int runsMax,
            MeterRegistry meters) {}

    public AnalyticsService(Settings settings) {
        this.settings = settings;
    }

    @Override
    public synchronized void start() {
        if (registration == null) {
            registration = ClockStepWatch.ofSystem().onStepBack("analytics", this::restart);
        }
        if (running == null) {
            running = new Running(settings);
        }
    }

    private synchronized void restart() {
        if (registration == null) {
            return;
        }
        Running before = running;
        running = null;
        if (before != null) {
            before.close();
        }
        running = new Running(settings);
    }

    @Override
    public synchronized void stop() {
        if (registration != null) {
            registration.close();
            registration = null;
        }
        Running stopping = running;
        running = null;
        if (stopping != null) {
            stopping.close();
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return registration != null;
    }

    private static final class Running implements AutoCloseable {

        private final Settings settings;
        private final HikariDataSource database;
        private final RunTables tables;
        private final PluginHost host;
        private final PostgresUserKeys keys;
        private final BlockingQueue<Consumer<byte @Nullable [], byte @Nullable []>> consumers =
                new ArrayBlockingQueue<>(WORKERS);
        private final ScheduledThreadPoolExecutor workers = new ScheduledThreadPoolExecutor(
                WORKERS, Thread.ofPlatform().daemon().name("analytics-", 0).factory());
        private final ScheduledThreadPoolExecutor poller = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("analytics-poll").factory());
        private final Map<UUID, RunTask> tasks = new ConcurrentHashMap<>();
        private final Clock clock = Clock.systemUTC();
        private final PluginMetrics metrics;
        private final PoolMetrics pool;
        private final Gauge runs;
        private int polls;
        private boolean isFailing;
        private final Map<UUID, Integer> queued = new HashMap<>();

        Running(Settings settings) {
            this.settings = settings;
            database = new HikariDataSource(settings.database().pool("analytics", CONNECTIONS_MAX, SOCKET_TIMEOUT));
            pool = PoolMetrics.of(settings.meters(), database);
            metrics = new PluginMetrics(settings.meters());
            runs = Gauge.builder("mindful.plugin.runs", tasks, Map::size)
                    .description("plugin runs of this instance")
                    .register(settings.meters());
            tables = new RunTables(database, UUID.randomUUID());
            keys = PostgresUserKeys.open(database, settings.keyEncryptionKey());
            PluginLimits limits = PluginLimits.standard();
            host = new PluginHost(
                    limits.withHost(new PluginLimits.HostLimits(WORKERS, 2 * WORKERS, settings.runsMax())));
            for (int i = 0; i < WORKERS; i++) {
                consumers.add(new KafkaConsumer<>(config(settings)));
            }
            var _ = poller.scheduleWithFixedDelay(this::poll, 0, POLL_INTERVAL_MS, TimeUnit.MILLISECONDS);
        }

        private void poll() {
            try {
                if (!tables.exist()) {
                    return;
                }
                if (polls++ % POLLS_PER_LEASE_RENEWAL == 0) {
                    tables.deleteOrphans();
                    tables.renewLeases(tasks.keySet());
                }
                List<RunSpec> specs = tables.specs();
                Set<UUID> requested = new HashSet<>();
                specs.forEach(spec -> requested.add(spec.runId()));
                queued.keySet().retainAll(requested);
                tasks.values().removeIf(task -> {
                    if (!requested.contains(task.runId())) {
                        task.abandon();
                        return true;
                    }
                    return false;
                });
                start(specs.stream().filter(spec -> !isActive(spec)).toList());
                isFailing = false;
            } catch (SQLException | RuntimeException e) {
                if (!isFailing) {
                    log.warn("Cannot read the requested plugin runs; retrying in {} ms", POLL_INTERVAL_MS, e);
                }
                isFailing = true;
            }
        }

        /** Updates the task of a run; returns whether it has one. */
        private boolean isActive(RunSpec spec) {
            RunTask task = tasks.get(spec.runId());
            if (task == null) {
                return false;
            }
            if (task.generation() == spec.generation()) {
                task.update(spec);
                return true;
            }
            task.abandon();
            tasks.remove(spec.runId());
            return false;
        }

        private void start(List<RunSpec> waiting) throws SQLException {
            List<UUID> activeUsers =
                    tasks.values().stream().map(RunTask::userId).toList();
            RunAdmission admission = RunAdmission.decide(waiting, activeUsers, settings.runsMax());
            for (RunSpec spec : admission.start()) {
                Long version = tables.acquire(spec);
                if (version != null) {
                    queued.remove(spec.runId());
                    RunTask task = new RunTask(tables, host, this::open, clock, metrics, spec, version);
                    tasks.put(spec.runId(), task);
                    schedule(task, Duration.ZERO);
                }
            }
            for (RunSpec spec : admission.overLimit()) {
                if (!Integer.valueOf(spec.generation()).equals(queued.put(spec.runId(), spec.generation()))) {
                    tables.explainWait(
                            spec,
                            "This user has " + RunAdmission.userRunsMax(settings.runsMax())
                                    + " active runs, the most at once; the run starts when one of them ends");
                }
            }
        }

        private RecordSource open(RunSpec spec, Set<Capability> imports) {
            UUID teamId = spec.teamId();
            if (teamId != null) {
                return new TeamHistory(database, teamId, spec.from(), spec.to());
            }
            return new UserHistory(
                    spec,
                    imports,
                    keys,
                    new SealedEvents<>(Topics.KEYSTROKES, settings.registry()),
                    new SealedEvents<>(Topics.SESSIONS, settings.registry()));
        }

        private void schedule(RunTask task, Duration delay) {
            try {
                var _ = workers.schedule(() -> step(task), delay.toMillis(), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                // The service is stopping; the next lease holder starts the run again.
            }
        }

        private void step(RunTask task) {
            Consumer<byte @Nullable [], byte @Nullable []> consumer;
            try {
                consumer = consumers.take();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
            Duration delay;
            try {
                delay = task.step(consumer);
            } finally {
                consumers.add(consumer);
            }
            if (delay == null) {
                tasks.remove(task.runId(), task);
            } else {
                schedule(task, delay);
            }
        }

        @Override
        public void close() {
            poller.shutdownNow();
            tasks.values().forEach(RunTask::abandon);
            workers.shutdown();
            try {
                if (!workers.awaitTermination(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                    workers.shutdownNow();
                    boolean _ = workers.awaitTermination(CONSUMER_CLOSE_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
                }
                tables.releaseLeases();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (SQLException e) {
                log.info(
                        "Cannot release leases of plugin runs; they expire by themselves: sqlstate={}",
                        e.getSQLState());
            }
            host.close();
            for (Consumer<?, ?> consumer : consumers) {
                consumer.close(CloseOptions.timeout(CONSUMER_CLOSE_TIMEOUT));
            }
            settings.meters().remove(runs);
            pool.close();
            keys.close();
            database.close();
        }

        private static Map<String, Object> config(Settings settings) {
            Map<String, Object> config = new HashMap<>();
            config.put(ConsumerConfig.CLIENT_ID_CONFIG, "mindful-analytics-" + UUID.randomUUID());
            config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
            config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
            config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
            config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
            config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, POLL_RECORDS_MAX);
            config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
            return settings.kafka().clientConfig(config);
        }
    }
}
