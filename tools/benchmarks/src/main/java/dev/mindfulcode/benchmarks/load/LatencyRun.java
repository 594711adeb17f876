package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.benchmarks.client.Account;
import dev.mindfulcode.benchmarks.client.Batch;
import dev.mindfulcode.benchmarks.client.DeterministicIds;
import dev.mindfulcode.benchmarks.client.LiveUpdateListener;
import dev.mindfulcode.benchmarks.client.SendOutcome;
import dev.mindfulcode.benchmarks.typing.Numbers;
import dev.mindfulcode.benchmarks.typing.TypingModel;
import dev.mindfulcode.benchmarks.typing.Typist;
import dev.mindfulcode.cli.http.ApiClient;
import dev.mindfulcode.cli.http.ApiException;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Latency of live updates: each user sends a current batch every few seconds and waits for its update. Open loop: no
 * response changes when a batch is due, and its latency counts from that time. One run per object.
 */
final class LatencyRun {

    /**
     * The pipeline publishes a session's state at most once a second; batches at a shorter interval would measure that.
     */
    static final double SECONDS_BETWEEN_BATCHES_MIN = 1.5;

    private static final int BATCH_KEYSTROKES = 10;
    private static final int SIGN_INS_AT_ONCE = 16;

    private static final long READ_INTERVAL_MS = 10;

    /** An update that has not arrived by then is missing. */
    private static final long UPDATE_TIMEOUT_MS = 10_000;

    private final ApiClient api;
    private final int users;
    private final double batchesPerSecond;
    private final int warmupSeconds;
    private final int seconds;
    private final boolean reads;
    private final @Nullable User[] ready;
    private final @Nullable LiveUpdateListener[] views;

    /** In milliseconds. */
    private final Numbers accepted = new Numbers();

    private final Numbers live = new Numbers();
    private final Numbers read = new Numbers();
    private long missing;

    /**
     * Latencies in milliseconds.
     *
     * @param accepted from the due time of a batch to its 202
     * @param live from the due time of a batch to its update
     * @param read from its 202 to the first read that includes it; empty without reads
     */
    record Figures(Numbers accepted, Numbers live, Numbers read, long missing, double batchesPerSecond) {}

    private record User(Account account, UUID session, Typist typist) {}

    /** @param reads whether each batch is also awaited in the read model, by polling */
    LatencyRun(ApiClient api, int users, double batchesPerSecond, int warmupSeconds, int seconds, boolean reads) {
        this.api = api;
        this.users = users;
        this.batchesPerSecond = batchesPerSecond;
        this.warmupSeconds = warmupSeconds;
        this.seconds = seconds;
        this.reads = reads;
        this.ready = new User[users];
        this.views = new LiveUpdateListener[users];
    }

    void prepare(LoadState state, Runnable each) throws Exception {
        TypingModel model = TypingModel.committed();
        Concurrent.each(users, SIGN_INS_AT_ONCE, person -> {
            String name = "latency-" + person;
            Account account = Account.signIn(api, state.credentials(name), state.isNew());
            long now = System.currentTimeMillis();
            UUID session = DeterministicIds.of(now, name + '/' + now);
            account.startSession(session, now, "latency", "text", "bench");
            ready[person] = new User(account, session, new Typist(model, Seeds.ofPerson(7, person)));
            each.run();
        });
    }

    Figures measure() throws Exception {
        try {
            // Connects after all sign-ins, which take minutes, so that no connection times out.
            Concurrent.each(users, SIGN_INS_AT_ONCE, person -> views[person] = open(user(person)));
            long startNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(500);
            Concurrent.each(users, users, person -> type(person, startNs));
        } finally {
            for (LiveUpdateListener view : views) {
                if (view != null) {
                    view.close();
                }
            }
        }
        return new Figures(accepted, live, read, missing, (double) (live.size() + missing) / seconds);
    }

    private LiveUpdateListener open(User user) throws ApiException {
        return LiveUpdateListener.open(api, user.account, user.session);
    }

    private User user(int person) {
        User user = ready[person];
        if (user == null) {
            throw new IllegalStateException("prepare first");
        }
        return user;
    }

    private void type(int person, long startNs) throws IOException, InterruptedException {
        User user = user(person);
        LiveUpdateListener view = views[person];
        if (view == null) {
            throw new IllegalStateException("no live view");
        }
        double gapNs = users / batchesPerSecond * 1e9;
        // Spreads the users' batches evenly over the interval.
        double firstNs = gapNs * person / users;
        for (int sequence = 0; ; sequence++) {
            long dueAfterNs = (long) (firstNs + sequence * gapNs);
            if (dueAfterNs >= (warmupSeconds + seconds) * 1e9) {
                return;
            }
            long dueNs = startNs + dueAfterNs;
            TimeUnit.NANOSECONDS.sleep(dueNs - System.nanoTime());
            SendOutcome outcome = user.account.send(List.of(batch(user, sequence)));
            long acceptedNs = System.nanoTime();
            if (outcome.batchesAccepted() != 1) {
                throw new IOException("a batch was refused: " + outcome.batchesRefused());
            }
            long seenNs = view.awaitKeystrokes((sequence + 1L) * BATCH_KEYSTROKES, UPDATE_TIMEOUT_MS);
            long readNs = reads ? awaitRead(user, (sequence + 1L) * BATCH_KEYSTROKES) : acceptedNs;
            if (dueAfterNs >= warmupSeconds * 1e9) {
                note(acceptedNs - dueNs, seenNs < 0 ? -1 : seenNs - dueNs, readNs - acceptedNs);
            }
        }
    }

    private static long awaitRead(User user, long keystrokes) throws IOException, InterruptedException {
        while (user.account.keystrokesOf(user.session) < keystrokes) {
            TimeUnit.MILLISECONDS.sleep(READ_INTERVAL_MS);
        }
        return System.nanoTime();
    }

    private synchronized void note(long acceptedNs, long liveNs, long readNs) {
        accepted.add(acceptedNs / 1e6);
        if (reads) {
            read.add(readNs / 1e6);
        }
        if (liveNs < 0) {
            missing++;
        } else {
            live.add(liveNs / 1e6);
        }
    }

    /** Returns keystrokes up to now at short intervals, without pauses. */
    private static Batch batch(User user, int sequence) {
        int[] intervals = new int[BATCH_KEYSTROKES];
        byte[] classes = new byte[BATCH_KEYSTROKES];
        int[] dwells = new int[BATCH_KEYSTROKES];
        int span = 0;
        for (int i = 0; i < BATCH_KEYSTROKES; i++) {
            user.typist.next();
            intervals[i] = i == 0 ? 0 : Math.min(user.typist.intervalMs(), 140);
            classes[i] = user.typist.keyClass();
            dwells[i] = user.typist.dwellMs();
            span += intervals[i];
        }
        long startedAtMs = System.currentTimeMillis() - span;
        return new Batch(
                DeterministicIds.of(startedAtMs, user.session + "/" + sequence),
                user.session,
                sequence,
                startedAtMs,
                intervals,
                classes,
                dwells,
                List.of());
    }
}
