package dev.mindfulcode.embeddedplatform;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(400)
class PostgresBinariesTest {

    @TempDir
    private Path folder;

    @Test
    void unpacksOnceAmongConcurrentProcessesAndAfterAKill() throws Exception {
        Files.createDirectories(folder.resolve("postgres-18-unfinished/bin"));
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            processes.add(fork());
        }
        for (Process process : processes) {
            assertThat(process.waitFor()).isZero();
        }
        assertThat(folder.resolve("postgres-18/bin/initdb")).isExecutable();
        try (Stream<Path> entries = Files.list(folder)) {
            assertThat(entries.map(entry -> entry.getFileName().toString()))
                    .containsExactlyInAnyOrder("postgres-18", "postgres-18.lock");
        }
    }

    private Process fork() throws IOException {
        return new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Unpacking.class.getName(),
                        folder.toString())
                .inheritIO()
                .start();
    }

    static final class Unpacking {

        private Unpacking() {}

        public static void main(String[] arguments) throws IOException {
            Path home = PostgresBinaries.unpackedIn(Path.of(arguments[0]));
            if (!Files.isExecutable(home.resolve("bin").resolve("initdb"))) {
                throw new IllegalStateException(home + " is incomplete");
            }
        }
    }
}
