package dev.mindfulcode.modelevidence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.ModelArtefact;
import dev.mindfulcode.flowengine.ModelProperties;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class CommandsTest {
    private static final Path REAL_DATA = Path.of("..", "..", "..", "shared", "data");

    @TempDir
    Path folder = Path.of("");

    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    @Test
    void evaluateFailsForAMissingFolder() {
        assertThat(run(new EvaluateCommand(), folder.resolve("nowhere").toString()))
                .isEqualTo(1);
        assertThat(err.toString()).contains("there is no folder").contains("BlazeData_Dev_");
    }

    @Test
    void evaluateFailsForAFolderWithoutData() {
        assertThat(run(new EvaluateCommand(), folder.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("No data in the folders").contains(SwellMinutes.FILE);
    }

    @Test
    void trainFailsWithoutLogs() {
        assertThat(run(new TrainCommand(), folder.toString())).isEqualTo(1);
        assertThat(err.toString()).contains("No training data");
    }

    @Test
    void evaluatesUnseenDevelopersAndNamesMissingData() throws IOException {
        writeLogs(6);
        assertThat(run(
                        new EvaluateCommand(),
                        folder.toString(),
                        "--out",
                        folder.resolve("report").toString()))
                .isZero();
        String report = Files.readString(folder.resolve("report/evaluation.md"));
        assertThat(report)
                .contains("6 developers", "on developers they have not seen", "| network-history-2 |")
                .contains("Not evaluated", SwellMinutes.FILE)
                .doesNotContain("NaN");
        assertThat(Files.readString(folder.resolve("report/evaluation/abb-roc.svg")))
                .startsWith("<svg")
                .endsWith("</svg>\n");
        assertThat(err.toString()).contains("Not evaluated, as the data are missing");
    }

    @Test
    void trainingIsReproducible() throws IOException {
        writeLogs(6);
        assertThat(run(
                        new TrainCommand(),
                        folder.toString(),
                        "--out",
                        folder.resolve("a").toString()))
                .isZero();
        assertThat(run(
                        new TrainCommand(),
                        folder.toString(),
                        "--out",
                        folder.resolve("b").toString()))
                .isZero();
        for (Candidate candidate : Candidate.values()) {
            String id = candidate.id(ShippedModels.VERSION);
            byte[] first = Files.readAllBytes(folder.resolve("a/" + id + ".mflm"));
            assertThat(Files.readAllBytes(folder.resolve("b/" + id + ".mflm"))).isEqualTo(first);
            assertThat(ModelArtefact.decodeAnyVersion(first).id()).isEqualTo(id);
        }
    }

    @Test
    void trainsTheShippedModelsFromTheRealLogs() throws IOException {
        Assumptions.assumeTrue(Files.isDirectory(REAL_DATA), "not run: the ABB logs are not at " + REAL_DATA);
        assertThat(run(new TrainCommand(), REAL_DATA.toString(), "--out", folder.toString()))
                .isZero();
        for (FlowModel shipped : ShippedModels.trained()) {
            assertThat(Files.readString(folder.resolve(shipped.id() + ".properties")))
                    .isEqualTo(ModelProperties.format(shipped));
        }
    }

    private int run(Object command, String... arguments) {
        return new CommandLine(command)
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    /** Writes logs of developers who work in stretches of different length, with both labels. */
    private void writeLogs(int developers) throws IOException {
        String[] messages = {
            "Edit.BreakLine",
            "View.OnChangeCaretLine",
            "Edit.Delete",
            "View.File",
            "Build.BuildDone",
            "Edit.Paste",
            "Debug.Start"
        };
        for (int d = 0; d < developers; d++) {
            Random random = new Random(d);
            StringBuilder log = new StringBuilder("timestamp,developer_id,message\n");
            LocalDateTime at = LocalDateTime.of(2014, 1, 6, 9, 0);
            for (int stretch = 0; stretch < 30; stretch++) {
                LocalDateTime until = at.plusMinutes(5 + random.nextInt(50));
                while (at.isBefore(until)) {
                    at = at.plusSeconds(random.nextInt(12));
                    log.append(at.format(DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", java.util.Locale.ROOT)))
                            .append(",t")
                            .append(d)
                            .append(',')
                            .append(messages[random.nextInt(messages.length)])
                            .append('\n');
                }
                at = at.plusMinutes(6 + random.nextInt(30));
            }
            log.append("not a log line\n");
            Path file = folder.resolve("BlazeData_Dev_t" + d + ".csv.gz");
            try (var gzip = new GZIPOutputStream(Files.newOutputStream(file))) {
                gzip.write(log.toString().getBytes(StandardCharsets.UTF_8));
            }
        }
    }
}
