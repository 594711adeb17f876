package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.benchmarks.typing.TypingModel;
import dev.mindfulcode.cli.CliCommand;
import dev.mindfulcode.cli.ProgressBar;
import dev.mindfulcode.cli.UserErrorException;
import dev.mindfulcode.cli.http.ApiClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Clock;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Types as simulated users at a total rate, and checks that the read model holds every accepted
 * keystroke.
 */
@Command(
        name = "simulate",
        mixinStandardHelpOptions = true,
        subcommands = FitCommand.class,
        description = {
            "Sends generated load through the public API, typed as real people type (docs/simulator.md).",
            "Exit code 0 only if the rate was reached and the read model shows every keystroke."
        })
public final class SimulateCommand extends CliCommand implements Callable<Integer> {

    /** Share by which a run may miss its rate. */
    private static final double RATE_TOLERANCE = 0.05;

    /** Ingest moves events older than 31 days: nobody may have to start that early. */
    private static final Duration TYPING_MAX = Duration.ofDays(28);

    @Option(names = "--users", paramLabel = "N", defaultValue = "20", description = "Default: ${DEFAULT-VALUE}")
    private int users = 20;

    @Option(
            names = "--rate",
            paramLabel = "R",
            defaultValue = "70",
            description = "Keystrokes a second, of all users together. Default: ${DEFAULT-VALUE}")
    private double rate = 70;

    @Option(names = "--minutes", paramLabel = "M", defaultValue = "1", description = "Default: ${DEFAULT-VALUE}")
    private double minutes = 1;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "The same seed makes the same people and keystrokes. Default: ${DEFAULT-VALUE}")
    private int seed = 1;

    @Option(
            names = "--features",
            description = "The clients keep the keystrokes and report features (docs/collection-levels.md).")
    private boolean features;

    @Mixin
    private LoadOptions options = new LoadOptions();

    @Override
    public Integer call() throws Exception {
        if (users < 1 || users > SimulatedLoad.PEOPLE_MAX || rate <= 0 || minutes <= 0 || seed < 0) {
            throw invalid("--rate and --minutes must be above 0, --seed not below, and --users from 1 to "
                    + SimulatedLoad.PEOPLE_MAX);
        }
        SimulatedLoad load = new SimulatedLoad(TypingModel.committed(), seed, users, rate, minutes * 60, features);
        Duration typing = load.longestTyping();
        if (typing.compareTo(TYPING_MAX) > 0) {
            throw new UserErrorException(users + " users would each have to type for " + typing.toDays()
                    + " days: take more users, a lower rate or less time.");
        }
        try {
            return run(load, options.json() ? err() : out());
        } catch (IOException e) {
            throw new UserErrorException("The simulation stopped: " + e.getMessage(), e);
        }
    }

    private int run(SimulatedLoad load, PrintWriter out) throws Exception {
        URI url = options.url();
        LoadState state = LoadState.open(options.data(), Clock.systemUTC());
        LoadTotals tally = new LoadTotals();
        long startedNs = System.nanoTime();
        boolean terminal = ProgressBar.isTerminal();
        try (ApiClient api = new ApiClient(url)) {
            try (ProgressBar progress = new ProgressBar(
                    out, terminal, users, () -> tally.signedInUsers() + " of " + users + " users signed in")) {
                load.signIn(api, state, tally, () -> progress.advance(1));
            }
            double seconds;
            double signInSeconds = (System.nanoTime() - startedNs) / 1e9;
            try (ProgressBar progress =
                    new ProgressBar(out, terminal, (double) load.keystrokes(), () -> detail(load, tally, api))) {
                seconds = load.type(tally, progress::advance);
            }
            out.println("Waiting for the read model ...");
            out.flush();
            LoadSummary summary = new LoadSummary(
                    "simulate",
                    users,
                    tally.sessions(),
                    null,
                    tally.outcome(),
                    signInSeconds,
                    seconds,
                    api.retries(),
                    Reconciliation.of(tally.senders(), options.reconciliationTimeout()));
            out().println(options.json() ? summary.json() : summary.text());
            boolean isRateReached = summary.keystrokesPerSecond() >= rate * (1 - RATE_TOLERANCE);
            if (!isRateReached) {
                out.println(String.format(
                        Locale.ROOT,
                        "Rate not reached: %,.0f keystrokes/s requested, %,.0f reached",
                        rate,
                        summary.keystrokesPerSecond()));
            }
            return isRateReached && summary.isComplete() ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    private static String detail(SimulatedLoad load, LoadTotals tally, ApiClient api) {
        long behindMs = load.behindMs();
        return String.format(
                Locale.ROOT,
                "%,d keystrokes, %s%s",
                tally.keystrokesAccepted(),
                behindMs < 1_000 ? "on time" : String.format(Locale.ROOT, "%.1f s behind", behindMs / 1e3),
                api.waitingCalls() == 0 ? "" : ", " + api.waitingCalls() + " requests wait for the server");
    }
}
