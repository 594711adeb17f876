package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.cli.DataFolder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** {@code mindful plugin install|list}, as an operator and as a user of a running system. */
class PluginInstallTest {

    private static final String DEEP_WORK =
            Path.of("..", "..", "plugins", "deep-work").toString();

    private final SharedSystem system = SharedSystem.get();
    private final Terminal terminal = new Terminal();

    @TempDir
    Path folder;

    @Test
    void installsForAllUsersAsOperator() throws Exception {
        DataFolder data = system.operatorFolder(folder.resolve("data"));
        String typingFatigue = Path.of("..", "..", "plugins", "typing-fatigue").toString();
        try (DataFolder.Lock lock = data.lock()) {
            system.announceUrl(lock);

            assertThat(terminal.run(data, "plugin", "install", typingFatigue))
                    .as(terminal.err())
                    .isZero();
            assertThat(terminal.run(data, "plugin", "install", typingFatigue))
                    .as("the same once more")
                    .isZero();
            assertThat(terminal.run(data, "plugin", "list")).isZero();
            assertThat(terminal.out().lines().filter(line -> line.contains("typing-fatigue 1.0.0")))
                    .hasSize(1)
                    .allMatch(line -> line.contains("granted") && line.contains("emit_results"));

            JsonNode theirs = TestUser.JSON.readTree(
                    TestUser.register(system.origin()).get("/api/plugins").body());
            assertThat(theirs.path("plugins").toString()).contains("typing-fatigue");
        }
        assertThat(terminal.run(data, "plugin", "list")).isEqualTo(1);
        assertThat(terminal.err()).contains("Nothing runs on");
    }

    @Test
    void installsForOneUser() throws Exception {
        TestUser ada = TestUser.register(system.origin());
        TestUser bob = TestUser.register(system.origin());

        assertThat(runAs(ada, "install", DEEP_WORK)).contains("Installed deep-work for you");
        assertThat(runAs(ada, "list")).contains("deep-work 1.0.0  granted");
        assertThat(runAs(bob, "list")).doesNotContain("deep-work");
    }

    @Test
    void listsForAllUsersWithUrlAndOperatorToken() throws Exception {
        assertThat(runWith(system.operatorToken(), "list", "--all-users")).endsWith("exit 0");
        assertThat(runWith(TestUser.register(system.origin()).token, "list", "--all-users"))
                .contains("mindful: Access denied")
                .endsWith("exit 1");
    }

    @Test
    void refusesInvalidTokens() throws Exception {
        String output = runWith("no-token", "list");
        assertThat(output).contains("mindful: Sign in").endsWith("exit 1").doesNotContain("no-token");
    }

    private String runAs(TestUser user, String... arguments) throws Exception {
        String output = runWith(user.token, arguments);
        assertThat(output).contains("exit 0");
        return output;
    }

    /** In a process of its own: a token comes by the environment alone. */
    private String runWith(String token, String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                ForkedRun.classPath(),
                Mindful.class.getName(),
                "plugin"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("--url", system.origin().toString()));
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("MINDFUL_TOKEN", token);
        Process process = builder.start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return output + "exit " + process.waitFor();
    }
}
