package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The examples of the README and of the API tour, run as they are written, in order and in one shell. */
class ReadmeTourTest {

    private static final List<Path> PAGES = List.of(Path.of("../../README.md"), Path.of("../../docs/api-tour.md"));
    private static final String ORIGIN = "localhost:3001";
    private static final String INDENT = "    ";

    /** A refused request fails the tour; responses are separated. */
    private static final String PRELUDE = """
            set -euo pipefail
            curl() { command curl --fail-with-body --max-time 30 "$@" && echo "ok: curl" >&2; }
            """;

    @Test
    @Timeout(600)
    void runsEveryExample() throws Exception {
        for (String program : List.of("bash", "curl", "jq")) {
            assumeTrue(isThere(program), "The README's tour was NOT run: there is no " + program + ".");
        }
        List<String> blocks = blocks();
        assertThat(blocks).as("blocks with curl").hasSizeGreaterThanOrEqualTo(2);
        String script = String.join("\n", blocks);
        int calls = script.split("\\bcurl ", -1).length - 1;
        String origin = SharedSystem.get().origin().toString().replace("http://", "");
        Path folder = Files.createTempDirectory("mindful-tour-");
        Path printed = folder.resolve("printed");
        Process shell = new ProcessBuilder("bash", "-c", PRELUDE + script.replace(ORIGIN, origin))
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(printed.toFile())
                .start();
        boolean ended = shell.waitFor(120, TimeUnit.SECONDS);
        String output = Files.readString(printed, StandardCharsets.UTF_8);
        assertThat(ended).as(output).isTrue();
        assertThat(shell.exitValue()).as(output).isZero();
        assertThat(output.split("ok: curl", -1).length - 1).as(output).isEqualTo(calls);
        assertThat(output)
                .contains("\"accepted\":1")
                .contains("\"keystrokes\":4")
                .contains("next_cursor")
                .contains("feedback_id");
    }

    /** The indented blocks in which something is called with curl. */
    private static List<String> blocks() throws IOException {
        List<String> blocks = new ArrayList<>();
        StringBuilder block = new StringBuilder();
        for (Path page : PAGES) {
            for (String line : Files.readAllLines(page)) {
                if (line.startsWith(INDENT)) {
                    block.append(line.substring(INDENT.length())).append('\n');
                } else {
                    add(block, blocks);
                }
            }
            add(block, blocks);
        }
        return blocks;
    }

    private static void add(StringBuilder block, List<String> blocks) {
        if (block.indexOf("curl ") >= 0) {
            blocks.add(block.toString());
        }
        block.setLength(0);
    }

    private static boolean isThere(String program) throws Exception {
        return new ProcessBuilder("sh", "-c", "command -v " + program)
                        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                        .start()
                        .waitFor()
                == 0;
    }
}
