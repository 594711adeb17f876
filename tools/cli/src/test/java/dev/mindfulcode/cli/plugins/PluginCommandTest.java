package dev.mindfulcode.cli.plugins;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import picocli.CommandLine;

class PluginCommandTest {

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @TempDir
    Path folder;

    @ParameterizedTest
    @EnumSource(PluginTemplate.Language.class)
    void createsPluginsAndNeverOverwrites(PluginTemplate.Language language) throws Exception {
        Path made = folder.resolve("my-plugin");
        assertThat(run("new", made.toString(), "--language", language.name()))
                .as(err.toString())
                .isZero();

        try (var files = Files.walk(made)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                assertThat(Files.readString(file)).as(file.toString()).doesNotContain("@name@");
            }
        }
        assertThat(Files.readString(made.resolve("manifest.json"))).contains("\"my-plugin\"");
        assertThat(run("new", made.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("is there already");
    }

    @Test
    void rejectsInvalidNames() {
        assertThat(run("new", folder.resolve("My Plugin").toString())).isEqualTo(1);
        assertThat(err.toString()).contains("no plugin's name");
    }

    private int run(String... arguments) {
        return new CommandLine(new PluginCommand())
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
