package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.benchmarks.aalto.AaltoFolder;
import dev.mindfulcode.benchmarks.client.Account;
import dev.mindfulcode.cli.CliCommand;
import dev.mindfulcode.cli.ProgressBar;
import dev.mindfulcode.cli.UserErrorException;
import dev.mindfulcode.cli.http.ApiClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/**
 * Imports real keystroke files through the public API and checks that the read model holds every accepted keystroke.
 */
@Command(
        name = "aalto",
        mixinStandardHelpOptions = true,
        description = {
            "Import real keystroke data through the public API, as its people would send it.",
            "Exit code 0 only when the read model shows every keystroke of the files."
        })
public final class AaltoImportCommand extends CliCommand implements Callable<Integer> {

    @Parameters(
            index = "0",
            paramLabel = "DIR",
            description = "Folder with *_keystrokes.txt, or with keystroke-samples in it")
    private Path folder = Path.of(".");

    @Option(
            names = "--speed",
            paramLabel = "N",
            description = "N times real time. Default: as fast as accepted. Event times are the same at any speed.")
    private double speed = Importer.AS_FAST_AS_ACCEPTED;

    @Option(names = "--users", paramLabel = "N", description = "Import the first N participants only")
    private int users = Integer.MAX_VALUE;

    @Mixin
    private LoadOptions options = new LoadOptions();

    @Override
    public Integer call() throws Exception {
        if (speed < 0 || users < 1) {
            throw invalid("--speed and --users must be above 0");
        }
        PrintWriter out = out();
        try {
            LoadSummary summary = run(options.json() ? err() : out);
            out.println(options.json() ? summary.json() : summary.text());
            return summary.isComplete() ? ExitCode.OK : ExitCode.SOFTWARE;
        } catch (NoSuchFileException e) {
            throw new UserErrorException("Nothing to import: " + e.getMessage(), e);
        } catch (IOException e) {
            throw new UserErrorException(
                    "The import stopped, and may be run again without counting anything twice: " + e.getMessage(), e);
        }
    }

    private LoadSummary run(PrintWriter out) throws Exception {
        AaltoFolder corpus = AaltoFolder.open(folder, users);
        URI url = options.url();
        LoadState state = LoadState.open(options.data(), Clock.systemUTC());
        LoadTotals tally = new LoadTotals();
        try (ApiClient api = new ApiClient(url)) {
            try (ProgressBar progress =
                    new ProgressBar(out, ProgressBar.isTerminal(), corpus.people(), () -> detail(corpus, tally, api))) {
                new Importer(
                                (credentials, isNew) -> Account.signIn(api, credentials, isNew),
                                state,
                                speed,
                                progress::advance)
                        .run(corpus, tally);
            }
            out.println("Waiting for the read model ...");
            out.flush();
            Reconciliation reconciliation = Reconciliation.of(tally.senders(), options.reconciliationTimeout());
            return new LoadSummary(
                    "import " + corpus.name(),
                    corpus.people(),
                    tally.sessions(),
                    corpus.counts(),
                    tally.outcome(),
                    tally.signInSeconds(),
                    tally.sendSeconds(),
                    api.retries(),
                    reconciliation);
        }
    }

    private static String detail(AaltoFolder corpus, LoadTotals tally, ApiClient api) {
        String detail = String.format(
                Locale.ROOT,
                "%,d of %,d people signed in, %,d done, %,d keystrokes",
                tally.signedInUsers(),
                corpus.people(),
                tally.finishedSenders(),
                tally.keystrokesAccepted());
        int waiting = api.waitingCalls();
        return waiting == 0 ? detail : detail + ", " + waiting + " requests wait for the server";
    }
}
