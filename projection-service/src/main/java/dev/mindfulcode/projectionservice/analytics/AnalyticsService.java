package dev.mindfulcode.projectionservice.analytics;

import com.zaxxer.hikari.HikariDataSource;
import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.pluginhost.Capability;
import dev.mindfulcode.pluginhost.PluginHost;
import dev.mindfulcode.pluginhost.PluginLimits;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.schemas.clock.ClockStepWatch;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
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
 * Works on the runs that are wanted, on threads and connections of its own: a plugin that does not end, or a run over
 * years, takes nothing from the projections. Several services share runs out by holding them.
 */
public final class AnalyticsService implements SmartLifecycle {

    private static final Logger LOG = LoggerFactory.getLogger(AnalyticsService.class);

    private static final int WORKERS = 2;
    private static final int CONNECTIONS_MAX = 3;
    private static final Duration ANSWER_MAX = Duration.ofSeconds(30);
    private static final long LOOKED_AT_EVERY_MS = 500;
    private static final int FORGOTTEN_EVERY_LOOKS = 4;
    private static final int RECORDS_A_POLL_MAX = 500;
    private static final Duration STOP_MAX = Duration.ofSeconds(10);
    private static final Duration CONSUMER_CLOSE_MAX = Duration.ofSeconds(2);

    private final Settings settings;
    private ClockStepWatch.@Nullable Registration registration;
    private @Nullable Running running;

    /** @param runsMax guests at once, each of at most 16 MiB; runs beyond wait */
    public record Settings(
            PostgresUrl database,
            String bootstrapServers,
            SchemaRegistry registry,
            KeyEncryptionKey keyEncryptionKey,
            int runsMax) {}

    public AnalyticsService(Settings settings) {
        this.settings = settings;
    }

    @Override
    public synchronized void start() {
        if (registration == null) {
            registration = ClockStepWatch.ofSystem().onStepBack("analytics", this::startOver);
        }
        if (running == null) {
            running = new Running(settings);
        }
    }

    private synchronized void startOver() {
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
        private final UserKeys keys;
        private final BlockingQueue<Consumer<byte @Nullable [], byte @Nullable []>> consumers =
                new ArrayBlockingQueue<>(WORKERS);
        private final ScheduledThreadPoolExecutor workers = new ScheduledThreadPoolExecutor(
                WORKERS, Thread.ofPlatform().daemon().name("analytics-", 0).factory());
        private final ScheduledThreadPoolExecutor looker = new ScheduledThreadPoolExecutor(
                1, Thread.ofPlatform().daemon().name("analytics-look").factory());
        private final Map<UUID, RunTask> tasks = new ConcurrentHashMap<>();
        private final Clock clock = Clock.systemUTC();
        private int looks;
        private boolean hasTrouble;

        Running(Settings settings) {
            this.settings = settings;
            database = new HikariDataSource(settings.database().pool("analytics", CONNECTIONS_MAX, ANSWER_MAX));
            tables = new RunTables(database, UUID.randomUUID());
            keys = PostgresUserKeys.open(database, settings.keyEncryptionKey());
            PluginLimits limits = PluginLimits.standard();
            host = new PluginHost(
                    limits.withHost(new PluginLimits.HostLimits(WORKERS, 2 * WORKERS, settings.runsMax())));
            for (int i = 0; i < WORKERS; i++) {
                consumers.add(new KafkaConsumer<>(config(settings)));
            }
            var _ = looker.scheduleWithFixedDelay(this::look, 0, LOOKED_AT_EVERY_MS, TimeUnit.MILLISECONDS);
        }

        private void look() {
            try {
                if (looks++ % FORGOTTEN_EVERY_LOOKS == 0) {
                    tables.deleteOrphans();
                    tables.renewLeases(tasks.keySet());
                }
                Set<UUID> still = new HashSet<>();
                for (RunSpec wanted : tables.specs()) {
                    still.add(wanted.runId());
                    look(wanted);
                }
                tasks.values().removeIf(task -> {
                    if (!still.contains(task.runId())) {
                        task.abandon();
                        return true;
                    }
                    return false;
                });
                hasTrouble = false;
            } catch (SQLException | RuntimeException e) {
                // Before the gateway's first start its tables are not there.
                if (!hasTrouble) {
                    LOG.warn("Runs cannot be looked up now: {}", e instanceof SQLException sql ? sql.getSQLState() : e);
                }
                hasTrouble = true;
            }
        }

        private void look(RunSpec wanted) throws SQLException {
            RunTask task = tasks.get(wanted.runId());
            if (task != null && task.generation() == wanted.generation()) {
                task.update(wanted);
                return;
            }
            if (task != null) {
                task.abandon();
                tasks.remove(wanted.runId());
            }
            if (tasks.size() >= settings.runsMax()) {
                return;
            }
            Long version = tables.acquire(wanted);
            if (version != null) {
                RunTask taken = new RunTask(tables, host, this::open, clock, wanted, version);
                tasks.put(wanted.runId(), taken);
                schedule(taken, Duration.ZERO);
            }
        }

        private RecordSource open(RunSpec wanted, Set<Capability> imports) {
            UUID teamId = wanted.teamId();
            if (teamId != null) {
                return new TeamHistory(database, teamId, wanted.from(), wanted.to());
            }
            return new UserHistory(
                    wanted,
                    imports,
                    keys,
                    Topics.KEYSTROKES.valueSerde(settings.registry()).deserializer(),
                    Topics.SESSIONS.valueSerde(settings.registry()).deserializer());
        }

        private void schedule(RunTask task, Duration in) {
            try {
                var _ = workers.schedule(() -> step(task), in.toMillis(), TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException e) {
                // It stops; whoever takes the run next begins it anew.
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
            Duration again;
            try {
                again = task.step(consumer);
            } finally {
                consumers.add(consumer);
            }
            if (again == null) {
                tasks.remove(task.runId(), task);
            } else {
                schedule(task, again);
            }
        }

        @Override
        public void close() {
            looker.shutdownNow();
            tasks.values().forEach(RunTask::abandon);
            workers.shutdown();
            try {
                if (!workers.awaitTermination(STOP_MAX.toMillis(), TimeUnit.MILLISECONDS)) {
                    workers.shutdownNow();
                    boolean _ = workers.awaitTermination(CONSUMER_CLOSE_MAX.toMillis(), TimeUnit.MILLISECONDS);
                }
                tables.releaseLeases();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } catch (SQLException e) {
                LOG.info("Runs are free for others in a while: {}", e.getSQLState());
            }
            host.close();
            for (Consumer<?, ?> consumer : consumers) {
                consumer.close(CloseOptions.timeout(CONSUMER_CLOSE_MAX));
            }
            database.close();
        }

        private static Map<String, Object> config(Settings settings) {
            Map<String, Object> config = new HashMap<>();
            config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, settings.bootstrapServers());
            config.put(ConsumerConfig.CLIENT_ID_CONFIG, "mindful-analytics-" + UUID.randomUUID());
            config.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
            config.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
            config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
            config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
            config.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, RECORDS_A_POLL_MAX);
            config.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
            return config;
        }
    }
}
