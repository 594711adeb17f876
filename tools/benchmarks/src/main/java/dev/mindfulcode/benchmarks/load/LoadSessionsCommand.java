package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.benchmarks.client.Account;
import dev.mindfulcode.benchmarks.client.DeterministicIds;
import dev.mindfulcode.cli.ProgressBar;
import dev.mindfulcode.cli.UserErrorException;
import dev.mindfulcode.cli.http.ApiClient;
import java.io.IOException;
import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Command;
import picocli.CommandLine.ExitCode;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Fills the read model with made-up sessions, for {@link ApiCommand}. */
@Command(
        name = "load-sessions",
        mixinStandardHelpOptions = true,
        description = {
            "Writes made-up sessions straight into the read model of the system that runs on a data folder,",
            "and a year of eight hours a day for one user. Use a data folder of its own.",
            "Running it again replaces them, --remove deletes them."
        })
final class LoadSessionsCommand implements Callable<Integer> {

    private static final long SESSIONS_MAX = 50_000_000;
    private static final int USERS_MAX = 1_000_000;
    private static final int DAYS_PER_YEAR = 365;

    @Option(names = "--sessions", paramLabel = "N", defaultValue = "1000000", description = "Default: ${DEFAULT-VALUE}")
    private long sessions = 1_000_000;

    @Option(
            names = "--users",
            paramLabel = "N",
            defaultValue = "1000",
            description = "Spread over so many; the first " + BenchAccounts.ACCOUNTS
                    + " have accounts and can sign in, the others are ids only. Default: ${DEFAULT-VALUE}")
    private int users = 1_000;

    @Option(names = "--remove", description = "Only remove what an earlier run wrote.")
    private boolean remove;

    @Mixin
    private LoadOptions options = new LoadOptions();

    @Spec
    @SuppressWarnings("NullAway.Init") // picocli sets it before call()
    private CommandSpec spec;

    @Override
    public Integer call() throws Exception {
        if (sessions < 1 || sessions > SESSIONS_MAX || users < BenchAccounts.ACCOUNTS || users > USERS_MAX) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--sessions must be from 1 to " + SESSIONS_MAX + ", --users from " + BenchAccounts.ACCOUNTS + " to "
                            + USERS_MAX);
        }
        PrintWriter out = spec.commandLine().getOut();
        try (Connection connection = options.database().dataSource().getConnection()) {
            connection.setAutoCommit(false);
            LoadState state = LoadState.open(options.data(), Clock.systemUTC());
            List<UUID> accounts = accounts(state);
            SessionTableLoader written =
                    new SessionTableLoader(connection, Clock.systemUTC().instant());
            long removed = written.remove(accounts);
            if (!remove) {
                load(written, accounts, state.anchorMs());
            }
            connection.commit();
            connection.setAutoCommit(true);
            written.settle();
            out.println(
                    remove
                            ? String.format(Locale.ROOT, "%,d sessions removed", removed)
                            : String.format(
                                    Locale.ROOT,
                                    "%,d sessions of %d users written, %,d of before removed",
                                    sessions,
                                    users,
                                    removed));
            return ExitCode.OK;
        } catch (SQLException | IOException e) {
            throw new UserErrorException("The sessions could not be written: " + e.getMessage(), e);
        }
    }

    private List<UUID> accounts(LoadState state) throws Exception {
        try (ApiClient api = new ApiClient(options.url())) {
            List<UUID> ids = new ArrayList<>();
            for (Account account : BenchAccounts.signIn(api, state)) {
                ids.add(account.userId());
            }
            return ids;
        }
    }

    private void load(SessionTableLoader written, List<UUID> accounts, long anchorMs) throws Exception {
        List<UUID> ids = new ArrayList<>(accounts);
        for (int user = ids.size(); user < users; user++) {
            ids.add(DeterministicIds.of(anchorMs, "bench-user/" + user));
        }
        AtomicLong done = new AtomicLong();
        PrintWriter out = options.json()
                ? spec.commandLine().getErr()
                : spec.commandLine().getOut();
        try (ProgressBar progress =
                new ProgressBar(out, ProgressBar.isTerminal(), (double) sessions, () -> "of the sessions")) {
            written.write(sessions, ids, count -> progress.advance((double) (count - done.getAndSet(count))));
        }
        written.writeYear(accounts.getFirst(), DAYS_PER_YEAR);
    }
}
