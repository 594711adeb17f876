package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.benchmarks.client.Account;
import dev.mindfulcode.benchmarks.typing.Numbers;
import dev.mindfulcode.cli.AuthorizedApi;
import dev.mindfulcode.cli.CliCommand;
import dev.mindfulcode.cli.UserErrorException;
import dev.mindfulcode.cli.http.ApiClient;
import dev.mindfulcode.cli.projections.ProjectionApi;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Measures reads of the API and their floor. */
@Command(
        name = "api",
        mixinStandardHelpOptions = true,
        description = {
            "Latency of GET /api/sessions/history and POST /api/flow/detect at a steady rate, with a 404 as the floor,",
            "and of the history of one heavy user. Run bench load-sessions first. Requires the operator token, which",
            "knows the size of the table: with --url in MINDFUL_TOKEN.",
            "Exit code 0 only when every answer was the one expected."
        })
final class ApiCommand extends CliCommand implements Callable<Integer> {

    private static final int RATE_MAX = 10_000;

    private static final List<String> PAST = List.of(
            "/api/flow/patterns",
            "/api/flow/patterns?days=365",
            "/api/flow/insights",
            "/api/flow/analytics",
            "/api/flow/analytics?days=365");

    @Option(
            names = "--rate",
            paramLabel = "R",
            defaultValue = "100",
            description = "Requests a second of each kind. Default: ${DEFAULT-VALUE}")
    private double rate = 100;

    @Mixin
    private MeasurementOptions time = new MeasurementOptions();

    @Mixin
    private LoadOptions options = new LoadOptions();

    @Override
    public Integer call() throws Exception {
        if (!(rate > 0) || rate > RATE_MAX || !time.isWithinBounds()) {
            throw invalid("--rate must be above 0 and at most " + RATE_MAX + ", " + MeasurementOptions.BOUNDS);
        }
        URI url = options.url();
        long sessions;
        try (AuthorizedApi operator = options.system().open()) {
            JsonNode build = new ProjectionApi(operator).buildsInUse().get("coding_sessions");
            sessions = build == null ? 0 : build.path("rows").asLong();
        }
        LoadState state = LoadState.open(options.data(), Clock.systemUTC());
        try (ApiClient api = new ApiClient(url)) {
            List<Account> accounts = BenchAccounts.signIn(api, state);
            ApiRun run = new ApiRun(url, accounts);
            Map<String, Numbers> rows = new LinkedHashMap<>();
            run.measure(rate, time.warmup(), time.seconds())
                    .forEach((kind, latencies) -> rows.put(kind.title, latencies));
            for (String path : PAST) {
                rows.put("GET " + path + ", one heavy user, one at a time", run.past(url, accounts.getFirst(), path));
            }
            print(sessions, rows);
            if (run.wrong() > 0) {
                err().println(run.wrong() + " answers were not the ones expected");
            }
            return run.wrong() == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
        } catch (IOException | ExecutionException e) {
            throw new UserErrorException("The measurement stopped: " + e.getMessage(), e);
        }
    }

    private void print(long sessions, Map<String, Numbers> rows) {
        PrintWriter out = out();
        double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
        if (options.json()) {
            Map<String, Object> json = new LinkedHashMap<>();
            json.put("sessions", sessions);
            json.put("rate_per_kind", rate);
            json.put("seconds", time.seconds());
            json.put("load_average", load);
            rows.forEach((title, latencies) -> json.put(
                    title,
                    Map.of(
                            "n", latencies.size(),
                            "p50_ms", latencies.quantile(0.5),
                            "p99_ms", latencies.quantile(0.99),
                            "max_ms", latencies.quantile(1))));
            out.println(new JsonMapper().writeValueAsString(json));
            return;
        }
        out.println(String.format(
                Locale.ROOT,
                "About %,d sessions in the table; each kind at %.0f/s, open loop, %d s after %d s; load average %.1f",
                sessions,
                rate,
                time.seconds(),
                time.warmup(),
                load));
        rows.forEach((title, latencies) -> out.println(String.format(
                Locale.ROOT,
                "  %-66s n %6d   p50 %7.2f ms   p99 %7.2f ms   max %7.2f ms",
                title,
                latencies.size(),
                latencies.quantile(0.5),
                latencies.quantile(0.99),
                latencies.quantile(1))));
    }
}
