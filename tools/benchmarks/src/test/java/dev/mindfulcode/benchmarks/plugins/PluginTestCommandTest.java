package dev.mindfulcode.benchmarks.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PluginTestCommandTest {

    private static final Path PLUGINS = Path.of("..", "..", "plugins");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @ParameterizedTest
    @ValueSource(strings = {"deep-work", "time-to-resume", "typing-fatigue"})
    void runsThePluginsOfThisRepository(String plugin) {
        assertThat(run(PLUGINS.resolve(plugin).toString(), "--json"))
                .as(err.toString())
                .isZero();

        JsonNode result = new JsonMapper().readTree(out.toString());
        assertThat(result.path("rows")).isNotEmpty();
        assertThat(result.path("records").asInt()).isGreaterThan(1_000);
    }

    /** The module of the gateway's own tests: a row a window, with its members. */
    @Test
    void runsTeamPluginsOverTeamWindows() throws Exception {
        Path module =
                Path.of("..", "..", "api-gateway", "src", "test", "resources", "dev", "mindfulcode", "apigateway");
        Files.copy(module.resolve("team-rows.wasm"), folder.resolve("team-rows.wasm"));
        Files.writeString(folder.resolve("manifest.json"), """
                {"abi_version": 1, "name": "team-rows", "version": "1.0.0", "scope": "team",
                 "capabilities": ["team_windows", "emit_results"]}""");

        assertThat(run(folder.toString(), "--weeks", "1", "--json"))
                .as(err.toString())
                .isZero();

        JsonNode result = new JsonMapper().readTree(out.toString());
        Set<Long> minutes = new TreeSet<>();
        Set<Long> days = new HashSet<>();
        for (JsonNode row : result.path("rows")) {
            assertThat(row.path("members").asInt()).isBetween(5, 6);
            assertThat(row.path("active_ms").asInt()).isPositive();
            String[] window = row.path("key").asString().split("\\+");
            minutes.add(Long.parseLong(window[1]));
            if (window[1].equals("1440")) {
                days.add(Long.parseLong(window[0]));
            }
        }
        assertThat(minutes).as("of a team of six, no hours").containsExactly(1_440L);
        assertThat(days).as("working days").hasSize(5);
        assertThat(result.path("rows")).hasSize(result.path("records").asInt());
    }

    @Test
    void explainsMissingAndInvalidFiles() throws Exception {
        assertThat(run(folder.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("manifest.json");

        Files.writeString(
                folder.resolve("manifest.json"),
                Files.readString(PLUGINS.resolve("deep-work").resolve("manifest.json")));
        assertThat(run(folder.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("build it first");

        Files.writeString(folder.resolve("deep-work.wasm"), "no module");
        assertThat(run(folder.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("module");
    }

    private int run(String... arguments) {
        return new CommandLine(new PluginTestCommand())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setExecutionExceptionHandler((e, command, _) -> {
                    command.getErr().println(e.getMessage());
                    return 1;
                })
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }
}
