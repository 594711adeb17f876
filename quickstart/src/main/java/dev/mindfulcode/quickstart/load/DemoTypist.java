package dev.mindfulcode.quickstart.load;

import dev.mindfulcode.quickstart.load.client.Account;
import dev.mindfulcode.quickstart.load.client.ApiException;
import dev.mindfulcode.quickstart.load.client.Batch;
import dev.mindfulcode.quickstart.load.client.Credentials;
import dev.mindfulcode.quickstart.load.client.MindfulApi;
import dev.mindfulcode.quickstart.load.typing.TypingModel;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One made-up developer who works in real time until closed: stretches of steady typing, scattered ones with file switches, failed
 * tests and corrections, and interruptions with the window out of focus. Starts at once, sends each second, and waits where the
 * server is away. Thread-safe.
 */
public final class DemoTypist implements AutoCloseable {

    private static final String NAME = "demo";
    private static final Duration SENT_EACH = Duration.ofSeconds(1);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);

    private final MindfulApi api;
    private final Credentials credentials;
    private final boolean isNew;
    private final DemoScript script;
    private final Thread thread;
    private volatile @Nullable Exception failure;

    private DemoTypist(URI origin, LoadState state, long seed) {
        this.api = new MindfulApi(origin);
        this.credentials = state.credentials(NAME);
        this.isNew = state.isNew();
        this.script = new DemoScript(TypingModel.committed(), seed);
        this.thread = Thread.ofVirtual().name("demo-typist").unstarted(this::work);
    }

    /**
     * Begins to type.
     *
     * @param origin the running system, for example {@code http://localhost:3001}
     * @param dataFolder where the demo user's password is remembered
     * @param seed the same seed makes the same day of work
     */
    public static DemoTypist start(URI origin, Path dataFolder, long seed) throws IOException {
        DemoTypist typist = new DemoTypist(origin, LoadState.open(dataFolder, Clock.systemUTC()), seed);
        typist.thread.start();
        return typist;
    }

    /** Returns what to sign in with on the dashboard to watch. */
    public String email() {
        return credentials.email();
    }

    /** Returns the demo user's password: it opens nothing but made-up data. */
    public String password() {
        return credentials.password();
    }

    /** Returns why the typist stopped before it was closed, or null. */
    public @Nullable Exception failure() {
        return failure;
    }

    private void work() {
        try {
            Account account = api.signIn(credentials, isNew);
            while (true) {
                typeSession(account);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        } catch (ApiException | RuntimeException e) {
            failure = e;
        }
    }

    private void typeSession(Account account) throws ApiException, InterruptedException {
        UUID session = script.startSession(System.currentTimeMillis());
        account.startSession(session, script.clockMs(), "mindful-demo", "java", "demo");
        while (!script.isSessionOver()) {
            TimeUnit.NANOSECONDS.sleep(SENT_EACH.toNanos());
            Batch batch = script.until(System.currentTimeMillis());
            if (batch != null) {
                account.send(List.of(batch));
            }
        }
        account.endSession(session);
    }

    /** Stops typing; what was typed is sent, the session is left to end by itself. */
    @Override
    public void close() {
        thread.interrupt();
        try {
            if (!thread.join(CLOSE_TIMEOUT)) {
                failure = new IOException("the demo typist did not stop within " + CLOSE_TIMEOUT.toSeconds() + " s");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        api.close();
    }
}
