package dev.mindfulcode.projection;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The service as a process of its own, killed in the middle with no chance to say goodbye. */
class ProjectionKillTest {

    private static final String PROGRESS = "SELECT coalesce(sum(next_offset), 0) FROM readmodel.projection_offsets";
    private static final long KILL_AFTER_MS_MAX = 300;

    private final Pipeline pipeline = new Pipeline();

    @TempDir
    private Path folder = Path.of("");

    @AfterEach
    void close() {
        pipeline.close();
    }

    @Test
    void killedAtRandomPointsItGoesOnWithoutLossOrWait() throws Exception {
        Random random = new Random(8);
        BothEnds ends = new BothEnds(pipeline, 8, 8);
        for (int kill = 0; kill < 2; kill++) {
            ends.write(6_000);
            pipeline.flush();
            Process process = start();
            try {
                long before = pipeline.database.number(PROGRESS);
                Eventually.holds("something is applied", () -> {
                    assertThat(process.isAlive()).isTrue();
                    return pipeline.database.number(PROGRESS) > before;
                });
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextLong(KILL_AFTER_MS_MAX)));
            } finally {
                process.destroyForcibly().waitFor();
            }
        }
        Process last = start();
        try {
            ends.meet();
            last.destroy();
            assertThat(last.waitFor(15, TimeUnit.SECONDS)).as("stops when told").isTrue();
        } finally {
            last.destroyForcibly();
        }
    }

    private Process start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(List.of(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx256m",
                        "-XX:+UseSerialGC",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        ProjectionApplication.class.getName()))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("projection.log").toFile());
        builder.environment()
                .putAll(Map.of(
                        "DATABASE_URL", pipeline.database.url(),
                        "KAFKA_BOOTSTRAP_SERVERS", Pipeline.bootstrapServers(),
                        "SCHEMA_REGISTRY_URL", Pipeline.registryUrl(),
                        "ENCRYPTION_KEY", pipeline.database.encryptionKey(),
                        "MINDFUL_INSTANCE_ID", "killed"));
        return builder.start();
    }
}
