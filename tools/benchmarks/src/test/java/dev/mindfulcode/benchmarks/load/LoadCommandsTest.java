package dev.mindfulcode.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.benchmarks.typing.Recording;
import dev.mindfulcode.benchmarks.typing.TypingModel;
import dev.mindfulcode.benchmarks.typing.Typist;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

@Timeout(300)
class LoadCommandsTest {

    @TempDir
    private Path folder;

    private StubServer server;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @BeforeEach
    void start() throws IOException {
        server = new StubServer();
        for (int person = 1; person <= 3; person++) {
            write(person);
        }
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void importReportsReadSentAndFoundKeystrokes() {
        assertThat(run(new AaltoImportCommand(), folder.toString())).isZero();
        assertThat(out.toString())
                .contains("import aalto: 3 people, 3 sessions;")
                .contains("read      1,506 rows: 3 malformed and skipped, 3 out of order, 0 dwells corrected")
                .contains("1,503 keystrokes")
                .contains("refused   0 batches")
                .contains("1,503 keystrokes expected, 1,503 found: equal")
                .contains("100 %");
        assertThat(server.keystrokes()).isEqualTo(1_503);
    }

    @Test
    void importsFewerUsersAsJsonAtASpeed() {
        assertThat(run(new AaltoImportCommand(), folder.toString(), "--users", "2", "--json", "--speed", "1000"))
                .isZero();
        JsonNode json = new JsonMapper().readTree(out.toString());
        assertThat(json.path("people").asInt()).isEqualTo(2);
        assertThat(json.path("keystrokes_accepted").asLong()).isEqualTo(1_002);
        assertThat(json.path("keystrokes_found").asLong()).isEqualTo(1_002);
        assertThat(json.path("equal").asBoolean()).isTrue();
        assertThat(err.toString()).contains("100 %");
    }

    @Test
    void importFailsWithReasonsWhenBatchesAreRefused() {
        server.refused = batch -> batch.path("sequence").asLong() == 1;
        assertThat(run(new AaltoImportCommand(), folder.toString())).isEqualTo(CommandLine.ExitCode.SOFTWARE);
        assertThat(out.toString()).contains("refused   3 batches").contains("3: invalid-batch");
    }

    @Test
    void refusesFoldersWithoutData() throws IOException {
        Path empty = Files.createDirectory(folder.resolve("empty"));
        assertThat(run(new AaltoImportCommand(), empty.toString())).isNotZero();
        assertThat(err.toString()).contains("no *_keystrokes.txt");
    }

    @Test
    void simulateReconcilesAndFailsBelowItsRate() {
        int exitCode = run(new SimulateCommand(), "--users", "5", "--rate", "400", "--minutes", "0.05", "--json");
        JsonNode json = new JsonMapper().readTree(out.toString());
        assertThat(json.path("keystrokes_found").asLong()).isEqualTo(1_200);
        // A loaded machine may not reach the rate.
        boolean isReached = json.path("keystrokes_per_second").asDouble() >= 0.95 * 400;
        assertThat(exitCode).isEqualTo(isReached ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE);
    }

    @Test
    void simulateReportsFeaturesAndReconciles() {
        run(new SimulateCommand(), "--users", "5", "--rate", "400", "--minutes", "0.05", "--features", "--json");
        JsonNode json = new JsonMapper().readTree(out.toString());
        assertThat(json.path("keystrokes_found").asLong()).isEqualTo(1_200);
        assertThat(server.batches().values())
                .isNotEmpty()
                .allSatisfy(body -> assertThat(body).contains("\"scores\"").doesNotContain("intervals_ms"));
    }

    @Test
    void simulateRejectsImpossibleRates() {
        assertThat(run(new SimulateCommand(), "--users", "1", "--rate", "100000", "--minutes", "60"))
                .isNotZero();
        assertThat(err.toString()).contains("take more users, a lower rate or less time");
    }

    private int run(Object command, String... arguments) {
        String[] all = Arrays.copyOf(arguments, arguments.length + 4);
        all[arguments.length] = "--url";
        all[arguments.length + 1] = server.uri().toString();
        all[arguments.length + 2] = "--data";
        all[arguments.length + 3] = folder.resolve("data").toString();
        return new CommandLine(command)
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(all);
    }

    /** 501 keystrokes in a row, of which one is out of order, and one malformed row. */
    private void write(int person) throws IOException {
        Recording typed = new Typist(TypingModel.committed(), person).record("p", 501);
        StringBuilder text = new StringBuilder("header\n");
        for (int i = 0; i < typed.keystrokes(); i++) {
            int row = i == 100 ? 101 : i == 101 ? 100 : i;
            long press = 1_500_000_000_000L + typed.pressMs()[row];
            text.append("1\t1\tA.\tA.\t1\t")
                    .append(press)
                    .append('\t')
                    .append(press + 80)
                    .append("\ta\t65\n");
        }
        Files.writeString(folder.resolve(person + "_keystrokes.txt"), text.append("torn off\t1\n"));
    }
}
