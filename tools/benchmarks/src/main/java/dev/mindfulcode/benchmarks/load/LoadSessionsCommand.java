package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.benchmarks.client.Account;
import dev.mindfulcode.cli.CliCommand;
import dev.mindfulcode.cli.ProgressBar;
import dev.mindfulcode.cli.UserErrorException;
import dev.mindfulcode.cli.http.ApiClient;
import dev.mindfulcode.cli.http.ApiException;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Fills the read model with generated sessions, for {@link ApiCommand}. */
@Command(
        name = "load-sessions",
        mixinStandardHelpOptions = true,
        description = {
            "Imports generated sessions into " + BenchAccounts.ACCOUNTS
                    + " accounts of its own through the public API,",
            "and days of eight hours for the first one. Running it again adds only what is missing.",
            "--remove erases these accounts."
        })
final class LoadSessionsCommand extends CliCommand implements Callable<Integer> {

    private static final long SESSIONS_MAX = 10_000_000;
    private static final int DAYS_MAX = 365;
    private static final Duration POLL_INTERVAL = Duration.ofMillis(500);

    @Option(
            names = "--sessions",
            paramLabel = "N",
            defaultValue = "20000",
            description = "In total, rounded up to " + BenchAccounts.ACCOUNTS * GeneratedHistory.PART_SESSIONS
                    + ". Default: ${DEFAULT-VALUE}")
    private long sessions = 20_000;

    @Option(
            names = "--days",
            paramLabel = "N",
            defaultValue = "365",
            description = "Days of eight hours for the first account. Default: ${DEFAULT-VALUE}")
    private int days = DAYS_MAX;

    @Option(names = "--remove", description = "Only erase the accounts.")
    private boolean remove;

    @Mixin
    private LoadOptions options = new LoadOptions();

    @Override
    public Integer call() throws Exception {
        if (sessions < 1 || sessions > SESSIONS_MAX || days < 1 || days > DAYS_MAX) {
            throw invalid("--sessions must be from 1 to " + SESSIONS_MAX + ", --days from 1 to " + DAYS_MAX);
        }
        PrintWriter out = out();
        try (ApiClient api = new ApiClient(options.url())) {
            LoadState state = LoadState.open(options.data(), Clock.systemUTC());
            List<Account> accounts = BenchAccounts.signIn(api, state);
            if (remove) {
                for (Account account : accounts) {
                    account.erase();
                }
                out.println(accounts.size() + " accounts erased");
            } else {
                out.println(String.format(
                        Locale.ROOT, "%,d records imported, the others were before", load(accounts, state.anchorMs())));
            }
            return ExitCode.OK;
        } catch (IOException e) {
            throw new UserErrorException("The import stopped; run the command again: " + e.getMessage(), e);
        }
    }

    private long load(List<Account> accounts, long anchorMs) throws Exception {
        long parts = Math.ceilDiv(sessions, (long) accounts.size() * GeneratedHistory.PART_SESSIONS);
        PrintWriter out = options.json() ? err() : out();
        LongAdder imported = new LongAdder();
        try (ProgressBar progress = new ProgressBar(
                out,
                ProgressBar.isTerminal(),
                (double) parts * accounts.size() + 2 * days,
                () -> String.format(Locale.ROOT, "%,d records imported", imported.sum()))) {
            Concurrent.each(accounts.size(), accounts.size(), person -> {
                Account account = accounts.get(person);
                GeneratedHistory history = new GeneratedHistory(person, anchorMs);
                int halfDays = person == 0 ? 2 * days : 0;
                for (long part = 0; part < parts + halfDays; part++) {
                    GeneratedHistory.Part next = part < parts
                            ? history.sessions(part, parts)
                            : history.halfDay((int) (part - parts), halfDays);
                    imported.add(account.importHistory(next.source(), next.json()));
                    progress.advance(1);
                    if (part == parts + halfDays - 1) {
                        await(account, next.lastMs());
                    }
                }
            });
        }
        return imported.sum();
    }

    /** Waits until the read model shows a report; those before it precede it in the log. */
    private void await(Account account, long reportMs) throws ApiException, InterruptedException {
        long deadlineNs = System.nanoTime() + options.reconciliationTimeout().toNanos();
        Instant minute = Instant.ofEpochMilli(reportMs);
        while (account.keystrokesFound(minute.minusSeconds(60), minute.plusSeconds(60)) == 0) {
            if (System.nanoTime() > deadlineNs) {
                throw new UserErrorException("The read model does not show the sessions yet; try a longer --wait.");
            }
            Thread.sleep(POLL_INTERVAL);
        }
    }
}
