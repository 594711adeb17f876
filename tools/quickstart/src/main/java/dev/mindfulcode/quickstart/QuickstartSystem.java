package dev.mindfulcode.quickstart;

import dev.mindfulcode.apigateway.GatewayConfiguration;
import dev.mindfulcode.cli.DataFolder;
import dev.mindfulcode.cli.Secrets;
import dev.mindfulcode.cli.UserErrorException;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.embeddedplatform.EmbeddedPlatform;
import dev.mindfulcode.embeddedplatform.PlatformOptions;
import dev.mindfulcode.flowstream.FlowStream;
import dev.mindfulcode.flowstream.FlowStreamConfiguration;
import dev.mindfulcode.ingestservice.IngestConfiguration;
import dev.mindfulcode.management.ServiceMetrics;
import dev.mindfulcode.projectionservice.ProjectionConfiguration;
import dev.mindfulcode.projectionservice.ProjectionService;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import java.net.URI;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * The whole system in this JVM, on loopback: the platform, then the services in the order in which they need each
 * other.
 *
 * <p>Stopping goes the other way, so that nothing is lost: the web server accepts no new requests and finishes running
 * ones, the stream commits, the projections write, and only then the registry, Kafka and Postgres end. The bounds add
 * up to less than 15 s.
 */
final class QuickstartSystem implements AutoCloseable {

    private static final int PARTITIONS = 6;
    private static final short REPLICATION = 1;
    private static final Duration READY_TIMEOUT = Duration.ofMinutes(5);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(20);

    /** Generous, as a component that is cut off has to recover at its next start. */
    private static final Duration CLIENT_STOP_TIMEOUT = Duration.ofSeconds(3);

    private static final Duration WEB_STOP_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration STREAM_STOP_TIMEOUT = Duration.ofSeconds(15);
    private static final Duration PROJECTION_STOP_TIMEOUT = Duration.ofSeconds(10);
    private static final Duration PLATFORM_STOP_TIMEOUT = Duration.ofSeconds(20);

    private final DataFolder folder;
    private final QuickstartOptions options;
    private final StartProgress progress;
    private final StopSequence started = new StopSequence();
    private final ServiceMetrics meters = new ServiceMetrics();
    private volatile @Nullable EmbeddedPlatform platform;
    private volatile @Nullable LogEndsRecorder logEnds;

    QuickstartSystem(DataFolder folder, QuickstartOptions options, StartProgress progress) {
        this.folder = folder;
        this.options = options;
        this.progress = progress;
    }

    /**
     * Starts everything and returns when a request would succeed.
     *
     * @return the address to visit
     * @throws StoppedException if the start was stopped
     * @throws RuntimeException where a part does not start; what has started by then is stopped again
     */
    String start() {
        try {
            return startAll();
        } catch (RuntimeException e) {
            boolean isStopped = started.isStopping();
            close();
            throw isStopped ? new StoppedException(e) : e;
        }
    }

    /** The start was given up because of {@link #close}. */
    static final class StoppedException extends RuntimeException {
        StoppedException(RuntimeException cause) {
            super("Stopped while starting", cause);
        }
    }

    /** Returns the platform of a started system, for tests that write to it past the services. */
    EmbeddedPlatform platform() {
        return Objects.requireNonNull(platform, "not started");
    }

    /** Adds something that speaks to the system and is to stop before it does, within {@link #CLIENT_STOP_TIMEOUT}. */
    void stopFirst(String name, AutoCloseable stop) {
        started.add(name, CLIENT_STOP_TIMEOUT, stop);
    }

    /** Stops what runs, within a minute even if every part hangs. */
    @Override
    public void close() {
        started.stopAll();
    }

    private String startAll() {
        Secrets secrets = Secrets.readOrCreate(folder.secretsFile());
        progress.say("Starting Postgres, Kafka and the schema registry …");
        EmbeddedPlatform startedPlatform =
                EmbeddedPlatform.start(PlatformOptions.in(folder.path(), secrets.postgresPassword())
                        .withProgress(line -> progress.say("  " + line)));
        started.add("platform", PLATFORM_STOP_TIMEOUT, () -> stop(startedPlatform));
        platform = startedPlatform;

        progress.say("Starting the services …");
        progress.step("Topics and schemas are there", () -> prepare(startedPlatform));
        recover(startedPlatform);
        logEnds = new LogEndsRecorder(startedPlatform.bootstrapServers(), folder.logEnds());
        Map<String, Object> settings = settings(startedPlatform, secrets);
        ConfigurableApplicationContext projections =
                ServiceContext.start(WebApplicationType.NONE, settings, meters, ProjectionConfiguration.class);
        started.add("projections", PROJECTION_STOP_TIMEOUT, projections);
        ConfigurableApplicationContext stream =
                ServiceContext.start(WebApplicationType.NONE, settings, meters, FlowStreamConfiguration.class);
        started.add("flow-stream", STREAM_STOP_TIMEOUT, stream);
        progress.step("The web server listens", () -> started.add("web", WEB_STOP_TIMEOUT, web(settings)));

        FlowStream flowStream = stream.getBean(FlowStream.class);
        progress.step("The flow stream is running", () -> await("The flow stream", () -> isRunning(flowStream)));
        ProjectionService projectionService = projections.getBean(ProjectionService.class);
        progress.step(
                "The projections have their partitions", () -> await("The projections", projectionService::isCaughtUp));
        Health health = new Health(URI.create("http://127.0.0.1:" + options.port() + "/health"));
        progress.step("A request succeeds", () -> await("The web server", health::isOk));
        return "http://localhost:" + options.port();
    }

    private ConfigurableApplicationContext web(Map<String, Object> settings) {
        return ServiceContext.start(
                WebApplicationType.REACTIVE, settings, meters, GatewayConfiguration.class, IngestConfiguration.class);
    }

    private void stop(EmbeddedPlatform platform) throws InterruptedException {
        LogEndsRecorder recorder = logEnds;
        if (recorder != null) {
            recorder.close();
        }
        platform.close();
    }

    /** Before the services: they would write where the lost records were. */
    private void recover(EmbeddedPlatform platform) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", platform.bootstrapServers()))) {
            new LogRecovery(
                            admin,
                            PostgresUrl.parse(platform.databaseUrl()),
                            folder.logEnds(),
                            folder.streamState(),
                            progress::say)
                    .run();
        }
    }

    private static void prepare(EmbeddedPlatform platform) {
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", platform.bootstrapServers()))) {
            Topics.createMissing(admin, PARTITIONS, REPLICATION);
        }
        Topics.registerSchemas(new SchemaRegistry(platform.registryUrl(), true));
    }

    private Map<String, Object> settings(EmbeddedPlatform platform, Secrets secrets) {
        Map<String, Object> settings = new HashMap<>(LocalSettings.read(folder.settingsFile()));
        settings.putAll(decidedByRun(platform, secrets));
        return settings;
    }

    private Map<String, Object> decidedByRun(EmbeddedPlatform platform, Secrets secrets) {
        return Map.ofEntries(
                Map.entry("DATABASE_URL", platform.databaseUrl()),
                Map.entry("KAFKA_BOOTSTRAP_SERVERS", platform.bootstrapServers()),
                Map.entry("SCHEMA_REGISTRY_URL", platform.registryUrl()),
                Map.entry("ENCRYPTION_KEY", secrets.encryptionKey()),
                Map.entry(
                        "ENCRYPTION_KEY_PREVIOUS",
                        secrets.previousEncryptionKey().orElse("")),
                Map.entry("OPERATOR_TOKEN", secrets.operatorToken()),
                Map.entry("PORT", options.port()),
                Map.entry("MAX_CONNECTIONS", 10),
                Map.entry("RATE_LIMIT_EXEMPT", "127.0.0.0/8,::1"),
                Map.entry("MINDFUL_STATE_DIR", folder.streamState().toString()),
                Map.entry("MINDFUL_COMMIT_INTERVAL_MS", options.commitInterval().toMillis()),
                Map.entry("MINDFUL_REGISTER_SCHEMAS", true),
                Map.entry("server.address", "127.0.0.1"),
                Map.entry("server.port", options.port()),
                Map.entry("server.shutdown", "graceful"),
                Map.entry("spring.lifecycle.timeout-per-shutdown-phase", "2s"));
    }

    private boolean isRunning(FlowStream stream) {
        if (stream.hasFailed()) {
            throw new UserErrorException("The flow stream failed; see " + folder.logs());
        }
        return stream.isReady();
    }

    private void await(String what, BooleanSupplier isReady) {
        long deadlineNs = System.nanoTime() + READY_TIMEOUT.toNanos();
        while (!isReady.getAsBoolean()) {
            if (started.isStopping()) {
                throw new IllegalStateException("Stopped while starting");
            }
            if (System.nanoTime() - deadlineNs > 0) {
                throw new UserErrorException(what + " did not become ready within " + READY_TIMEOUT.toSeconds()
                        + " s; see " + folder.logs());
            }
            LockSupport.parkNanos(POLL_INTERVAL.toNanos());
        }
    }
}
