package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.benchmarks.client.Account;
import dev.mindfulcode.cli.AuthorizedApi;
import dev.mindfulcode.cli.CliCommand;
import dev.mindfulcode.cli.UserErrorException;
import dev.mindfulcode.cli.http.ApiClient;
import dev.mindfulcode.cli.projections.BuildProgress;
import dev.mindfulcode.cli.projections.ProjectionApi;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** Rebuilds all projections, and reads through the API meanwhile. */
@Command(
        name = "rebuild",
        mixinStandardHelpOptions = true,
        description = {
            "Rebuilds each projection. Requires the operator token, with --url in MINDFUL_TOKEN.",
            "Meanwhile the first user of ./mindful simulate reads their minutes all the time.",
            "Exit code 0 only if all builds are identical to the previous ones and no read failed or differed."
        })
final class RebuildBenchCommand extends CliCommand implements Callable<Integer> {

    private static final Duration PAST = Duration.ofDays(27);

    @Option(
            names = "--share",
            paramLabel = "PERCENT",
            defaultValue = "100",
            description = "How much of the time a rebuild may work. Default: ${DEFAULT-VALUE}")
    private int share = 100;

    @Option(
            names = "--seed",
            paramLabel = "S",
            defaultValue = "1",
            description = "Seed of the ./mindful simulate that ran before. Default: ${DEFAULT-VALUE}")
    private int seed = 1;

    @Mixin
    private LoadOptions options = new LoadOptions();

    @Override
    public Integer call() throws Exception {
        PrintWriter out = out();
        boolean isRight = true;
        AtomicBoolean isOver = new AtomicBoolean();
        try (AuthorizedApi operator = options.system().open();
                ApiClient api = new ApiClient(options.url());
                ExecutorService readers = Executors.newVirtualThreadPerTaskExecutor()) {
            ProjectionApi admin = new ProjectionApi(operator);
            LoadState state = LoadState.open(options.data(), Clock.systemUTC());
            Account reader = Account.signIn(api, state.credentials("simulated-" + seed + "-0"), state.isNew());
            Future<Long> reads = readers.submit(() -> readUntil(isOver, reader));
            try {
                for (String projection : admin.buildsInUse().keySet()) {
                    long startNs = System.nanoTime();
                    int build = admin.order(projection, share);
                    JsonNode end = BuildProgress.watch(admin, projection, build, err());
                    double seconds = (System.nanoTime() - startNs) / 1e9;
                    boolean isIdentical =
                            end != null && end.at("/report/identical").asBoolean(false);
                    isRight &= isIdentical;
                    long records = end == null ? 0 : end.path("records").asLong();
                    out.println(String.format(
                            Locale.ROOT,
                            "%s: %,d records in %.1f s from order to switch (%,.0f/s; %,d/s while reading), %s",
                            projection,
                            records,
                            seconds,
                            records / seconds,
                            end == null ? 0 : end.path("records_per_second").asLong(),
                            isIdentical ? "identical" : "NOT identical: " + end));
                    out.flush();
                }
            } finally {
                isOver.set(true);
            }
            out.println(String.format(
                    Locale.ROOT,
                    "%,d reads of one person's minutes meanwhile, all with the same result, %d repeated after an error",
                    reads.get(),
                    api.retries()));
            out.flush();
            return isRight && api.retries() == 0 ? ExitCode.OK : ExitCode.SOFTWARE;
        }
    }

    private static long readUntil(AtomicBoolean isOver, Account reader) throws Exception {
        Instant to = Instant.now();
        Instant from = to.minus(PAST);
        long expected = reader.keystrokesFound(from, to);
        long reads = 1;
        while (!isOver.get()) {
            long found = reader.keystrokesFound(from, to);
            if (found != expected) {
                throw new UserErrorException("A read returned " + found + " keystrokes, the first one " + expected);
            }
            reads++;
        }
        return reads;
    }
}
