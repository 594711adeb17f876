package dev.mindfulcode.embeddedplatform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The Apicurio registry in its own process, because its 400 jars clash with ours. Its schemas are in a Postgres
 * database, so that schema ids in records stay valid. Thread-safe.
 *
 * <p>The process ignores the terminal's Ctrl-C and ends with its starter, see {@link RegistryProcess}. If it ends by
 * itself, it is restarted at the same address, with a delay that doubles until it stays up.
 */
final class EmbeddedRegistry implements AutoCloseable {

    private static final Logger logger = LoggerFactory.getLogger(EmbeddedRegistry.class);

    private static final Duration START_TIMEOUT = Duration.ofSeconds(90);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(50);
    private static final Duration STOP_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration RESTART_DELAY_MIN = Duration.ofMillis(500);
    private static final Duration RESTART_DELAY_MAX = Duration.ofSeconds(30);

    /** After this uptime the next restart has the shortest delay again. */
    private static final Duration STABLE_UPTIME_MIN = Duration.ofMinutes(1);

    private static final String DATABASE = "registry";
    private static final Set<String> INHERITED_VARIABLES = Set.of("HOME", "LANG", "LC_ALL", "PATH", "TMPDIR", "TZ");

    private final PostgresAddress postgres;
    private final Path logFile;
    private final int port;
    private final Thread watch =
            Thread.ofPlatform().daemon().name("registry-watch").unstarted(this::watch);
    private volatile Process process;
    private volatile boolean closing;

    private EmbeddedRegistry(PostgresAddress postgres, Path log, int port) throws IOException {
        this.postgres = postgres;
        this.logFile = log;
        this.port = port;
        this.process = launch();
    }

    /** Starts the registry and returns when it responds. The previous log file is renamed to {@code .1}. */
    static EmbeddedRegistry start(PostgresAddress postgres, Path log, int wantedPort) {
        postgres.createDatabase(DATABASE);
        int port = LoopbackPort.orFree(wantedPort);
        try {
            if (Files.exists(log)) {
                Files.move(log, log.resolveSibling(log.getFileName() + ".1"), StandardCopyOption.REPLACE_EXISTING);
            }
            EmbeddedRegistry registry = new EmbeddedRegistry(postgres, log, port);
            try {
                registry.awaitAnswer();
            } catch (PlatformException e) {
                registry.close();
                throw e;
            }
            registry.watch.start();
            return registry;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Returns the address of the registry's own API, version 3. */
    String url() {
        return "http://" + LoopbackPort.HOST + ":" + port + "/apis/registry/v3";
    }

    @Override
    public void close() {
        closing = true;
        watch.interrupt();
        try {
            watch.join(STOP_TIMEOUT.toMillis());
            process.getOutputStream().close();
            if (!process.waitFor(STOP_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (IOException e) {
            process.destroyForcibly();
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void watch() {
        Duration delay = RESTART_DELAY_MIN;
        try {
            while (!closing) {
                long upSinceNs = System.nanoTime();
                int exit = process.waitFor();
                if (closing) {
                    return;
                }
                if (System.nanoTime() - upSinceNs > STABLE_UPTIME_MIN.toNanos()) {
                    delay = RESTART_DELAY_MIN;
                }
                logger.warn(
                        "Schema registry ended: exit={}, log={}; restarting it in {} ms",
                        exit,
                        logFile,
                        delay.toMillis());
                Thread.sleep(delay);
                delay = delay.multipliedBy(2).compareTo(RESTART_DELAY_MAX) < 0
                        ? delay.multipliedBy(2)
                        : RESTART_DELAY_MAX;
                restart();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    /** Kills a process that does not start, so that the watch restarts it. */
    private void restart() {
        try {
            process = launch();
            awaitAnswer();
            logger.info("Schema registry answers again: port={}", port);
        } catch (IOException | PlatformException e) {
            logger.warn("Schema registry did not restart: {}", e.getMessage());
            process.destroyForcibly();
        }
    }

    private Process launch() throws IOException {
        Path registry = ProgramFolder.registry();
        ProcessBuilder builder = new ProcessBuilder(List.of(
                "/bin/sh",
                "-c",
                "trap '' INT HUP; exec \"$@\"",
                "registry",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xss512k",
                "--enable-native-access=ALL-UNNAMED",
                "--add-opens=java.base/java.lang=ALL-UNNAMED",
                "--sun-misc-unsafe-memory-access=allow",
                "-cp",
                ProgramFolder.code() + ":" + registry.resolve("quarkus-run.jar"),
                RegistryProcess.class.getName()));
        Map<String, String> environment = builder.environment();
        // Variables of other projects, such as QUARKUS_HTTP_ROOT_PATH, would configure it too.
        environment.keySet().retainAll(INHERITED_VARIABLES);
        environment.put("QUARKUS_HTTP_HOST", LoopbackPort.HOST);
        environment.put("QUARKUS_HTTP_PORT", String.valueOf(port));
        // The management port would otherwise be 9000 on all interfaces, the same for each registry.
        environment.put("QUARKUS_MANAGEMENT_HOST", LoopbackPort.HOST);
        environment.put("QUARKUS_MANAGEMENT_PORT", "0");
        environment.put("QUARKUS_HTTP_ACCESS_LOG_ENABLED", "false");
        environment.put("APICURIO_STORAGE_KIND", "sql");
        environment.put("APICURIO_STORAGE_SQL_KIND", "postgresql");
        environment.put("APICURIO_DATASOURCE_URL", postgres.jdbcUrl(DATABASE));
        environment.put("APICURIO_DATASOURCE_USERNAME", postgres.user());
        // Not on the command line, which all users of the machine can list.
        environment.put("APICURIO_DATASOURCE_PASSWORD", postgres.password());
        environment.put("APICURIO_DATASOURCE_JDBC_INITIAL_SIZE", "1");
        environment.put("APICURIO_DATASOURCE_JDBC_MIN_SIZE", "1");
        environment.put("APICURIO_DATASOURCE_JDBC_MAX_SIZE", "8");
        return builder.redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(logFile.toFile()))
                .start();
    }

    private void awaitAnswer() {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url() + "/system/info"))
                .timeout(Duration.ofSeconds(5))
                .build();
        long deadline = System.nanoTime() + START_TIMEOUT.toNanos();
        try (HttpClient client = HttpClient.newHttpClient()) {
            while (!answers(client, request)) {
                if (process.waitFor(POLL_INTERVAL.toMillis(), TimeUnit.MILLISECONDS)) {
                    throw new PlatformException(
                            "Schema registry ended: exit=" + process.exitValue() + "; see " + logFile);
                }
                if (System.nanoTime() - deadline > 0) {
                    throw new PlatformException(
                            "Schema registry did not respond within " + START_TIMEOUT + "; see " + logFile);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PlatformException("Interrupted while the schema registry started", e);
        }
    }

    private static boolean answers(HttpClient client, HttpRequest request) throws InterruptedException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
        } catch (IOException e) {
            return false; // not listening yet
        }
    }
}
