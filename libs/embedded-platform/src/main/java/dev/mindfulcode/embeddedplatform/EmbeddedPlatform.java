package dev.mindfulcode.embeddedplatform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kafka broker, a Postgres server and a schema registry on loopback, started together and stopped in order.
 * Thread-safe.
 *
 * <p>Kafka runs in this JVM; Postgres and the registry are processes that end with it. Durable data is in one data
 * folder, with logs in {@code logs}. Maven unpacks the registry's program into
 * {@code embedded-platform/target/registry}, next to the classes; a packaged system has it next to this module's jar or
 * at {@code -Dmindful.registry.home}.
 */
public final class EmbeddedPlatform implements Platform {

    private static final Logger log = LoggerFactory.getLogger(EmbeddedPlatform.class);
    private static final Duration KAFKA_START_TIMEOUT = Duration.ofSeconds(90);

    private final EmbeddedKafka kafka;
    private final EmbeddedPostgresServer postgres;
    private final EmbeddedRegistry registry;

    private EmbeddedPlatform(EmbeddedKafka kafka, EmbeddedPostgresServer postgres, EmbeddedRegistry registry) {
        this.kafka = kafka;
        this.postgres = postgres;
        this.registry = registry;
    }

    /**
     * Starts all three on the data folder, Kafka in parallel to the others, and returns when all respond.
     *
     * @throws PlatformException if one of them does not start; the others are stopped
     */
    public static EmbeddedPlatform start(PlatformOptions options) {
        Path folder = options.dataFolder().toAbsolutePath();
        Path logs = folder.resolve("logs");
        try {
            Files.createDirectories(logs);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        FutureTask<EmbeddedKafka> kafka = new FutureTask<>(() -> timed(
                options.progress(), "Kafka", () -> EmbeddedKafka.start(folder.resolve("kafka"), options.kafkaPort())));
        Thread.ofPlatform().name("kafka-start").start(kafka);
        EmbeddedPostgresServer postgres = null;
        EmbeddedRegistry registry = null;
        try {
            postgres = timed(
                    options.progress(),
                    "Postgres",
                    () -> EmbeddedPostgresServer.start(
                            folder.resolve("postgres"),
                            logs.resolve("postgres.log"),
                            ProgramFolder.runtimeOr(folder.resolve("runtime")),
                            options.postgresPort(),
                            options.postgresPassword(),
                            options.durable()));
            PostgresAddress address = postgres.address();
            registry = timed(
                    options.progress(),
                    "Schema registry",
                    () -> EmbeddedRegistry.start(address, logs.resolve("registry.log"), options.registryPort()));
            return new EmbeddedPlatform(started(kafka), postgres, registry);
        } catch (RuntimeException e) {
            closeQuietly(registry);
            try {
                closeQuietly(started(kafka));
            } catch (RuntimeException notStarted) {
                e.addSuppressed(notStarted);
            }
            closeQuietly(postgres);
            throw e;
        }
    }

    @Override
    public String bootstrapServers() {
        return kafka.bootstrapServers();
    }

    @Override
    public String registryUrl() {
        return registry.url();
    }

    @Override
    public String databaseUrl() {
        return postgres.address().url(EmbeddedPostgresServer.DATABASE);
    }

    @Override
    public String freshDatabase() {
        return postgres.address().freshDatabase();
    }

    /** Stops the registry, then Kafka, then Postgres, each within its own timeout and even if another one fails. */
    @Override
    public void close() {
        closeQuietly(registry);
        closeQuietly(kafka);
        closeQuietly(postgres);
    }

    private static void closeQuietly(@Nullable AutoCloseable server) {
        if (server == null) {
            return;
        }
        try {
            server.close();
        } catch (Exception e) {
            log.warn(
                    "{} did not stop cleanly; its next start recovers",
                    server.getClass().getSimpleName(),
                    e);
        }
    }

    private static EmbeddedKafka started(FutureTask<EmbeddedKafka> kafka) {
        try {
            return kafka.get(KAFKA_START_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new PlatformException("Kafka did not start within " + KAFKA_START_TIMEOUT, e);
        } catch (ExecutionException e) {
            throw e.getCause() instanceof PlatformException known
                    ? known
                    : new PlatformException("Kafka did not start", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PlatformException("Interrupted while Kafka started", e);
        }
    }

    private static <T> T timed(Consumer<String> progress, String name, Supplier<T> start) {
        long begin = System.nanoTime();
        T server = start.get();
        double seconds = Duration.ofNanos(System.nanoTime() - begin).toMillis() / 1000.0;
        progress.accept(String.format(Locale.ROOT, "%s is up (%.1f s)", name, seconds));
        return server;
    }
}
