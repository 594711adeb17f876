package dev.mindfulcode.flowengine;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class SameBitsTest {

    @Test
    void interpreterAndCompilersGiveTheSameBits() throws IOException, InterruptedException {
        String interpreted = run("-Xint");
        assertThat(interpreted).matches("[0-9]+");
        assertThat(run("-XX:TieredStopAtLevel=1")).isEqualTo(interpreted);
        assertThat(run("-XX:-TieredCompilation", "-Xcomp")).isEqualTo(interpreted);
        // In this JVM the code is compiled while it runs.
        SameBits.digest(200_000, 1);
        assertThat(Long.toString(SameBits.digest(60_000, 7))).isEqualTo(interpreted);
    }

    private static String run(String... options) throws IOException, InterruptedException {
        java.util.List<String> command = new java.util.ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(java.util.List.of(options));
        command.addAll(java.util.List.of("-cp", System.getProperty("java.class.path"), SameBits.class.getName()));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        return output;
    }
}
