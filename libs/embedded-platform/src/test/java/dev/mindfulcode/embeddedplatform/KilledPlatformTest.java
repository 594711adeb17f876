package dev.mindfulcode.embeddedplatform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(400)
class KilledPlatformTest {

    private static final Duration DEADLINE = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    @Test
    void endsChildrenOfAKilledJvm() throws Exception {
        Process forked = ForkedPlatform.fork(folder);
        ProcessHandle postgres = postmaster();
        List<ProcessHandle> children = forked.toHandle().descendants().toList();
        assertThat(children).as("guard and registry").hasSizeGreaterThanOrEqualTo(2);

        forked.destroyForcibly().waitFor();

        for (ProcessHandle child : children) {
            awaitThat(() -> !child.isAlive());
        }
        awaitThat(() -> !postgres.isAlive());
    }

    @Test
    void stopsLeftoverPostgresAtStart() throws Exception {
        Process forked = ForkedPlatform.fork(folder);
        ProcessHandle orphan = postmaster();
        // Without the guard nothing stops Postgres.
        forked.toHandle().descendants().forEach(ProcessHandle::destroyForcibly);
        forked.destroyForcibly().waitFor();
        assertThat(orphan.isAlive()).isTrue();

        try (EmbeddedPlatform platform = EmbeddedPlatform.start(PlatformOptions.in(folder, ForkedPlatform.PASSWORD))) {
            assertThat(orphan.isAlive()).isFalse();
            assertThat(platform.freshDatabase()).startsWith("postgresql://");
        }
    }

    private ProcessHandle postmaster() throws IOException {
        List<String> lines = Files.readAllLines(folder.resolve("postgres/data/postmaster.pid"));
        return ProcessHandle.of(Long.parseLong(lines.getFirst().strip())).orElseThrow();
    }

    private static void awaitThat(BooleanSupplier condition) {
        long deadline = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
            LockSupport.parkNanos(Duration.ofMillis(20).toNanos());
        }
    }
}
