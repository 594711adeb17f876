package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.benchmarks.client.Account;
import dev.mindfulcode.benchmarks.client.Batch;
import dev.mindfulcode.benchmarks.client.Credentials;
import dev.mindfulcode.benchmarks.typing.TypingModel;
import dev.mindfulcode.cli.http.ApiClient;
import dev.mindfulcode.cli.http.ApiException;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A generated developer with six weeks of history who works in real time until closed: steady stretches, scattered
 * stretches with file switches, failed tests and corrections, and interruptions without focus. Sends once a second.
 * Logs a failure and starts another session. Thread-safe.
 */
public final class DemoTypist implements AutoCloseable {

    private static final String NAME = "demo";
    private static final Duration SEND_INTERVAL = Duration.ofSeconds(1);

    /** Work before the demo's start, sent at once: flow begins after ten minutes of typing at least. */
    private static final Duration HEAD_START = Duration.ofMinutes(20);

    private static final long CATCH_UP_STEP_MS = 20_000;
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration RETRY_DELAY = Duration.ofSeconds(5);
    private static final Duration LOG_INTERVAL = Duration.ofMinutes(1);
    private static final Logger log = LoggerFactory.getLogger(DemoTypist.class);

    private final ApiClient api;
    private final Credentials credentials;
    private final boolean isNew;
    private final DemoScript script;
    private final DemoBackfill backfill;
    private final Thread thread;
    private boolean isFirstSession = true;
    private final FailureLog failures =
            new FailureLog(LOG_INTERVAL, System::nanoTime, failure -> log.warn("Demo typist: {}", failure));

    private DemoTypist(URI origin, Path dataFolder, LoadState state, long seed) {
        this.backfill = new DemoBackfill(dataFolder, seed);
        this.api = new ApiClient(origin, ApiClient.RETRY_TIMEOUT, failures::report);
        this.credentials = state.credentials(NAME);
        this.isNew = state.isNew();
        this.script = new DemoScript(TypingModel.committed(), seed);
        this.thread = Thread.ofVirtual().name("demo-typist").unstarted(this::work);
    }

    /**
     * Starts typing.
     *
     * @param origin the running system, for example {@code http://localhost:3001}
     * @param dataFolder folder that stores the demo user's password
     * @param seed the same seed generates the same work
     */
    public static DemoTypist start(URI origin, Path dataFolder, long seed) throws IOException {
        DemoTypist typist = new DemoTypist(origin, dataFolder, LoadState.open(dataFolder, Clock.systemUTC()), seed);
        typist.thread.start();
        return typist;
    }

    /** Returns the demo user's e-mail address, for signing in on the dashboard. */
    public String email() {
        return credentials.email();
    }

    /** Creates a link that signs the demo user in once; it is a secret. */
    public String createSignInLink() throws ApiException, InterruptedException {
        return api.origin() + "/" + Account.signIn(api, credentials, isNew).createSignInLink();
    }

    /** Returns the demo user's password; the account contains generated data only. */
    public String password() {
        return credentials.password();
    }

    private void work() {
        try {
            while (true) {
                try {
                    Account account = Account.signIn(api, credentials, isNew);
                    backfill.run(account);
                    while (true) {
                        typeSession(account);
                    }
                } catch (IOException e) {
                    failures.report(e.getMessage() + "; trying again");
                } catch (RuntimeException e) {
                    failures.report("unexpected " + e + "; trying again");
                }
                TimeUnit.NANOSECONDS.sleep(RETRY_DELAY.toNanos());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private void typeSession(Account account) throws ApiException, InterruptedException {
        long typedMs = System.currentTimeMillis() - (isFirstSession ? HEAD_START.toMillis() : 0);
        isFirstSession = false;
        UUID session = script.startSession(typedMs);
        account.startSession(session, script.clockMs(), "mindful-demo", "java", "demo");
        while (!script.isSessionOver()) {
            if (typedMs + SEND_INTERVAL.toMillis() > System.currentTimeMillis()) {
                TimeUnit.NANOSECONDS.sleep(SEND_INTERVAL.toNanos());
            }
            typedMs = Math.min(typedMs + CATCH_UP_STEP_MS, System.currentTimeMillis());
            Batch batch = script.until(typedMs);
            if (batch != null) {
                account.send(List.of(batch))
                        .batchesRefused()
                        .keySet()
                        .forEach(problem -> failures.report("keystrokes were refused: " + problem));
            }
        }
        account.endSession(session);
    }

    /** Stops typing and sends the last batch; the session ends by its timeout. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            if (!thread.join(CLOSE_TIMEOUT)) {
                log.warn("Demo typist: did not stop within {} s", CLOSE_TIMEOUT.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        api.close();
    }
}
