package dev.mindfulcode.projectionservice;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.SQLException;
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
    void resumesAfterRandomKillsWithoutLossOrWait() throws Exception {
        Random random = new Random(8);
        EventStreamModel ends = new EventStreamModel(pipeline, 8, 8);
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
            assertThat(last.waitFor(15, TimeUnit.SECONDS))
                    .as("stops on request")
                    .isTrue();
        } finally {
            last.destroyForcibly();
        }
    }

    @Test
    void resumesKilledRebuildWithSameResult() throws Exception {
        String built = "SELECT coalesce(sum(next_offset), 0) FROM readmodel_flow_minutes_2.projection_offsets";
        String state = "SELECT state FROM readmodel.projection_builds WHERE projection = 'flow_minutes' AND build = 2";
        new EventStreamModel(pipeline, 8, 9).write(12_000);
        pipeline.flush();
        Process process = start();
        List<String> before;
        long[] behind = new long[1];
        try {
            pipeline.awaitApplied();
            before = pipeline.database.everything();
            pipeline.database.execute(
                    "INSERT INTO readmodel.projection_builds (projection, build, state, share_percent)"
                            + " VALUES ('flow_minutes', 2, 'building', 5)");
            Eventually.holds(
                    "its schema is there",
                    () -> pipeline.database.number(
                                    "SELECT count(*) FROM pg_namespace WHERE nspname = 'readmodel_flow_minutes_2'")
                            == 1);
            Eventually.holds("it has begun", () -> {
                behind[0] = pipeline.database.number(built);
                return behind[0] > 0;
            });
        } finally {
            process.destroyForcibly().waitFor();
        }
        assertThat(pipeline.database.value(state)).as("killed in the middle").isEqualTo("building");
        pipeline.database.execute("UPDATE readmodel.projection_builds SET share_percent = 100 WHERE build = 2");
        Process again = start();
        try {
            Eventually.holds("it is in use", () -> {
                if ("in_use".equals(pipeline.database.value(state))) {
                    return true;
                }
                try {
                    assertThat(pipeline.database.number(built)).isGreaterThanOrEqualTo(behind[0]);
                } catch (SQLException e) {
                    assertThat(e.getSQLState()).as("exchanged meanwhile").isEqualTo("42P01");
                }
                return false;
            });
            assertThat(pipeline.database.everything()).isEqualTo(before);
            assertThat(pipeline.database.value(
                            "SELECT report ->> 'identical' FROM readmodel.projection_builds WHERE build = 2"))
                    .isEqualTo("true");
        } finally {
            again.destroyForcibly().waitFor();
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
                        "MINDFUL_INSTANCE_ID", "killed",
                        "MANAGEMENT_PORT", "0"));
        return builder.start();
    }
}
