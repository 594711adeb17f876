package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.cli.CliCommand;
import dev.mindfulcode.cli.ProgressBar;
import dev.mindfulcode.cli.UserErrorException;
import dev.mindfulcode.cli.http.ApiClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.json.JsonMapper;

/** Measures the time from sending a batch to seeing its effect on the sender's own live connection. */
@Command(
        name = "latency",
        mixinStandardHelpOptions = true,
        description = {
            "Time from POST /api/keystrokes to the live update that shows the batch, at a steady rate.",
            "Each user has a WebSocket open and waits for its own update. Exit code 0 only when every update came."
        })
final class LatencyCommand extends CliCommand implements Callable<Integer> {

    @Option(
            names = "--rate",
            paramLabel = "R",
            defaultValue = "200",
            description = "Batches a second, in total. Default: ${DEFAULT-VALUE}")
    private double rate = 200;

    @Option(
            names = "--users",
            paramLabel = "N",
            defaultValue = "400",
            description =
                    "The pipeline publishes a session's state once a second: at least 1.5. Default: ${DEFAULT-VALUE}")
    private int users = 400;

    @Option(
            names = "--read",
            description = "Also await each batch in the read model, by reading its session every 10 ms; for low rates.")
    private boolean reads;

    @Mixin
    private MeasurementOptions time = new MeasurementOptions();

    @Mixin
    private LoadOptions options = new LoadOptions();

    @Override
    public Integer call() throws Exception {
        if (rate <= 0 || !time.isWithinBounds() || users < rate * LatencyRun.SECONDS_BETWEEN_BATCHES_MIN) {
            throw invalid("--rate must be above 0, --users at least 1.5 times the rate, " + MeasurementOptions.BOUNDS);
        }
        PrintWriter out = out();
        URI url = options.url();
        LoadState state = LoadState.open(options.data(), Clock.systemUTC());
        try (ApiClient api = new ApiClient(url)) {
            LatencyRun run = new LatencyRun(api, users, rate, time.warmup(), time.seconds(), reads);
            try (ProgressBar progress = new ProgressBar(
                    options.json() ? err() : out,
                    ProgressBar.isTerminal(),
                    users,
                    () -> "users signed in, each with a session")) {
                run.prepare(state, () -> progress.advance(1));
            }
            LatencyRun.Figures figures = run.measure();
            out.println(options.json() ? json(figures) : text(figures));
            return figures.missing() == 0 && figures.live().size() > 0 ? ExitCode.OK : ExitCode.SOFTWARE;
        } catch (IOException e) {
            throw new UserErrorException("The measurement stopped: " + e.getMessage(), e);
        }
    }

    private static String text(LatencyRun.Figures figures) {
        return String.format(
                        Locale.ROOT,
                        "%,d batches at %.1f/s; %,d updates missing%n"
                                + "  POST to 202     p50 %.2f ms, p99 %.2f ms, max %.1f ms%n"
                                + "  POST to update  p50 %.2f ms, p99 %.2f ms, max %.1f ms",
                        figures.live().size(),
                        figures.batchesPerSecond(),
                        figures.missing(),
                        figures.accepted().quantile(0.5),
                        figures.accepted().quantile(0.99),
                        figures.accepted().quantile(1),
                        figures.live().quantile(0.5),
                        figures.live().quantile(0.99),
                        figures.live().quantile(1))
                + (figures.read().size() == 0
                        ? ""
                        : String.format(
                                Locale.ROOT,
                                "%n  202 to read     p50 %.1f ms, p99 %.1f ms, max %.1f ms",
                                figures.read().quantile(0.5),
                                figures.read().quantile(0.99),
                                figures.read().quantile(1)));
    }

    private static String json(LatencyRun.Figures figures) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("batches", figures.live().size());
        json.put("batches_per_second", figures.batchesPerSecond());
        json.put("updates_missing", figures.missing());
        json.put("accepted_p50_ms", figures.accepted().quantile(0.5));
        json.put("accepted_p99_ms", figures.accepted().quantile(0.99));
        json.put("update_p50_ms", figures.live().quantile(0.5));
        json.put("update_p99_ms", figures.live().quantile(0.99));
        if (figures.read().size() > 0) {
            json.put("read_p50_ms", figures.read().quantile(0.5));
            json.put("read_p99_ms", figures.read().quantile(0.99));
        }
        return new JsonMapper().writeValueAsString(json);
    }
}
