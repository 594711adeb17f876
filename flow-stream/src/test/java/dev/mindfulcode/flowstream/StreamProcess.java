package dev.mindfulcode.flowstream;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** The stream as it is run in production, in a process of its own, which can be killed. */
final class StreamProcess implements AutoCloseable {

    private final Process process;

    StreamProcess(Path stateFolder) {
        String classpath = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        ProcessBuilder builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "--sun-misc-unsafe-memory-access=allow",
                        "-Dlogging.level.root=WARN",
                        FlowStreamApplication.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(Path.of("target", "stream-process.log").toFile());
        builder.environment().put("CLASSPATH", classpath);
        builder.environment().putAll(environment(stateFolder));
        builder.environment().put("MINDFUL_INSTANCE_ID", "killed");
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Map<String, String> environment(Path stateFolder) {
        return Map.of(
                "DATABASE_URL",
                Typing.DATABASE_URL,
                "KAFKA_BOOTSTRAP_SERVERS",
                Kafka.PLATFORM.bootstrapServers(),
                "SCHEMA_REGISTRY_URL",
                Kafka.PLATFORM.registryUrl(),
                "ENCRYPTION_KEY",
                Typing.ENCRYPTION_KEY,
                "MINDFUL_STATE_DIR",
                stateFolder.toString(),
                "MINDFUL_COMMIT_INTERVAL_MS",
                "500",
                "MANAGEMENT_PORT",
                "0");
    }

    /** Binds settings as from the environment. */
    static FlowStreamSettings settings(Map<String, ?> variables) {
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .addFirst(new SystemEnvironmentPropertySource(
                        "test-" + StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        new HashMap<>(variables)));
        return Binder.get(environment).bindOrCreate("", FlowStreamSettings.class);
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Ends it as kill -9 does. */
    void kill() {
        process.destroyForcibly();
        await();
    }

    @Override
    public void close() {
        process.destroy();
        await();
    }

    private void await() {
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
                throw new AssertionError("the stream did not stop within 20 s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
