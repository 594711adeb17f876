package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The script {@code mindful}: what it does before there is a JVM. */
@Timeout(300)
class MindfulScriptTest {

    private static final Path SCRIPT = ModuleTable.PROJECT.resolve("mindful").toAbsolutePath();
    private static final int CANNOT_CREATE = 73;

    /** Root may write everywhere while it has this capability. */
    private static final List<String> AS_ANY_USER =
            List.of("setpriv", "--bounding-set", "-dac_override,-dac_read_search", "--");

    @TempDir
    Path folder;

    private record Result(int exit, String output) {}

    @Test
    void printsTheVersionThatItsCommandsPrint() throws Exception {
        String expected = version();
        assertThat(expected).matches("Mindful Code [0-9].*\\R");
        assertThat(run(SCRIPT, "--version")).isEqualTo(new Result(0, expected));
        assertThat(version("run")).isEqualTo(expected);
        assertThat(version("model", "use")).isEqualTo(expected);
    }

    @Test
    void findsItsFolderThroughLinks() throws Exception {
        Path direct = Files.createSymbolicLink(folder.resolve("direct"), SCRIPT);
        Files.createDirectory(folder.resolve("bin"));
        Path relative = Files.createSymbolicLink(folder.resolve("bin/mindful"), Path.of("../direct"));

        assertThat(run(direct, "--version")).isEqualTo(new Result(0, version()));
        assertThat(run(relative, "--version")).isEqualTo(new Result(0, version()));
    }

    @Test
    void explainsUnwritableFolders() throws Exception {
        Path project = Files.createDirectory(folder.resolve("a project"));
        Path script = Files.copy(SCRIPT, project.resolve("mindful"));
        Path target = Files.createDirectory(project.resolve("target"));
        Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("r-xr-xr-x"));

        for (String command : List.of("run", "test", "format")) {
            Result result = run(script, command);
            assertThat(result.exit()).as(command).isEqualTo(CANNOT_CREATE);
            assertThat(result.output())
                    .startsWith("mindful: cannot write to " + target.toRealPath())
                    .contains(
                            "read-only",
                            "chmod -R u+w '" + project.toRealPath() + "'",
                            "~/mindful-code/mindful " + command)
                    .doesNotContain("Permission denied");
        }
    }

    private static String version(String... command) {
        StringWriter out = new StringWriter();
        List<String> arguments = new ArrayList<>(List.of(command));
        arguments.add("--version");
        int exit = Mindful.commandLine().setOut(new PrintWriter(out, true)).execute(arguments.toArray(String[]::new));
        assertThat(exit).isZero();
        return out.toString();
    }

    private static Result run(Path script, String argument) throws Exception {
        boolean isRoot = System.getProperty("user.name").equals("root");
        List<String> command = new ArrayList<>(isRoot ? AS_ANY_USER : List.of());
        command.addAll(List.of("bash", script.toString(), argument));
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), output);
    }
}
