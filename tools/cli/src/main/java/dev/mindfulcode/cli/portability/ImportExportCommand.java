package dev.mindfulcode.cli.portability;

import dev.mindfulcode.cli.CliCommand;
import dev.mindfulcode.cli.ConnectionOptions;
import dev.mindfulcode.cli.ProgressBar;
import dev.mindfulcode.cli.UserErrorException;
import dev.mindfulcode.cli.http.ApiClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code mindful import export}: imports the history of an exported file. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = {
            "Imports the history of a JSON file of mindful export into another account, at its own times.",
            "Requires the access token of that account in MINDFUL_TOKEN. A repeated import counts nothing twice."
        })
public final class ImportExportCommand extends CliCommand implements Callable<Integer> {

    @Parameters(paramLabel = "FILE", description = "A JSON file of mindful export.")
    private Path file = Path.of("export.json");

    @Mixin
    private ConnectionOptions connection = new ConnectionOptions();

    @Override
    public Integer call() throws InterruptedException {
        PrintWriter out = out();
        String token = connection.userToken();
        try (ApiClient api = new ApiClient(URI.create(connection.url()))) {
            HistoryImport.Result result;
            try (ProgressBar bar = new ProgressBar(out, ProgressBar.isTerminal(), 1, () -> "")) {
                result = new HistoryImport(api, token).run(file, bar::advance);
            }
            out.printf(Locale.ROOT, "Imported %,d records, skipped %,d%n", result.imported(), result.skipped());
            return ExitCode.OK;
        } catch (NoSuchFileException e) {
            throw new UserErrorException("There is no file " + file, e);
        } catch (IOException e) {
            throw new UserErrorException("The import stopped; run the command again: " + e.getMessage(), e);
        }
    }
}
