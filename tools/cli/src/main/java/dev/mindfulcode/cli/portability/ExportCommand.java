package dev.mindfulcode.cli.portability;

import dev.mindfulcode.cli.CliCommand;
import dev.mindfulcode.cli.ConnectionOptions;
import dev.mindfulcode.cli.ProgressBar;
import dev.mindfulcode.cli.UserErrorException;
import dev.mindfulcode.cli.http.ApiClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;

/** {@code mindful export}: downloads everything about a user. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = {
            "Downloads everything about your account (docs/export.md), with its access token in MINDFUL_TOKEN.",
            "The file appears when it is complete, and only you can read it."
        })
public final class ExportCommand extends CliCommand implements Callable<Integer> {

    private static final double PERCENT = 100;
    private static final double MEBIBYTE = 1 << 20;

    @Parameters(paramLabel = "FILE", description = "The file to write.")
    private Path file = Path.of("export.json");

    @Option(
            names = "--format",
            paramLabel = "FORMAT",
            defaultValue = "JSON",
            description = "${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}); CSV is a zip with a file a table.")
    private ExportDownload.Format format = ExportDownload.Format.JSON;

    @Option(names = "--bom", description = "CSV files begin with a byte order mark, as some spreadsheet programs need.")
    private boolean hasMark;

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = out();
        String token = connection.userToken();
        try (ApiClient api = new ApiClient(URI.create(connection.url()), Duration.ZERO, _ -> {})) {
            AtomicReference<String> detail = new AtomicReference<>("");
            double[] shown = new double[1];
            try (ProgressBar bar = new ProgressBar(out, ProgressBar.isTerminal(), PERCENT, detail::get)) {
                new ExportDownload(api, token).download(format, hasMark, file, progress -> {
                    detail.set(detail(progress));
                    bar.advance(progress.path("percent").asInt(0) - shown[0]);
                    shown[0] = progress.path("percent").asInt(0);
                });
                bar.advance(PERCENT - shown[0]);
            }
            out.printf(Locale.ROOT, "Exported to %s (%.1f MiB)%n", file, Files.size(file) / MEBIBYTE);
            return ExitCode.OK;
        } catch (IOException e) {
            throw new UserErrorException("The export failed; run the command again: " + e.getMessage(), e);
        }
    }

    private static String detail(JsonNode progress) {
        return String.format(
                Locale.ROOT,
                "%,d rows, %.1f MiB",
                progress.path("records").asLong(0),
                progress.path("bytes").asLong(0) / MEBIBYTE);
    }
}
