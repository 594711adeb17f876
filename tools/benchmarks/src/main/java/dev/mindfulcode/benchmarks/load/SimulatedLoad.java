package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.benchmarks.client.Account;
import dev.mindfulcode.benchmarks.client.Batch;
import dev.mindfulcode.benchmarks.client.FeatureClient;
import dev.mindfulcode.benchmarks.client.SendOutcome;
import dev.mindfulcode.benchmarks.typing.TypingModel;
import dev.mindfulcode.benchmarks.typing.Typist;
import dev.mindfulcode.cli.http.ApiClient;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.DoubleConsumer;
import org.jspecify.annotations.Nullable;

/** Generated load: users sign in, then type concurrently at a total rate. One run per object. */
final class SimulatedLoad {

    /**
     * A signed-in user.
     *
     * @param before keystrokes that the read model had since {@code from}, from an earlier run
     */
    private record Member(Account account, Instant from, long before) {}

    /** Concurrent threads, one per user. */
    static final int PEOPLE_MAX = 100_000;

    private static final int SIGN_INS_AT_ONCE = 16;

    /** Time from sign-in to the first keystroke, so that all users start together. */
    private static final long START_MS = 200;

    private static final Duration MARGIN = Duration.ofMinutes(2);

    private final TypingModel model;
    private final long seed;
    private final int people;
    private final double keystrokesPerSecondEach;
    private final long keystrokesEach;
    private final boolean isFeatures;
    private final @Nullable Member[] members;
    private final AtomicLong behindMs = new AtomicLong();

    /** @param isFeatures whether the clients keep the keystrokes and report features */
    SimulatedLoad(
            TypingModel model, long seed, int people, double keystrokesPerSecond, double seconds, boolean isFeatures) {
        if (people > PEOPLE_MAX) {
            throw new IllegalArgumentException("at most " + PEOPLE_MAX + " people");
        }
        this.model = model;
        this.seed = seed;
        this.people = people;
        this.keystrokesPerSecondEach = keystrokesPerSecond / people;
        this.keystrokesEach = Math.max(1, Math.round(keystrokesPerSecondEach * seconds));
        this.isFeatures = isFeatures;
        this.members = new Member[people];
    }

    long keystrokes() {
        return keystrokesEach * people;
    }

    /** Returns the delay of sending behind its schedule, in milliseconds; 0 if on time. */
    long behindMs() {
        return behindMs.get();
    }

    /** Returns the approximate event time that the slowest user needs. */
    Duration longestTyping() {
        long longestMs = 0;
        int sample = 1_000;
        for (int person = 0; person < Math.min(people, sample); person++) {
            long keystrokes = Math.min(keystrokesEach, sample);
            Typist typist = new Typist(model, Seeds.ofPerson(seed, person));
            long ms = 0;
            for (long i = 0; i < keystrokes; i++) {
                typist.next();
                ms += typist.intervalMs();
            }
            longestMs = Math.max(longestMs, (long) ((double) ms / keystrokes * keystrokesEach));
        }
        return Duration.ofMillis(longestMs);
    }

    void signIn(ApiClient api, LoadState state, LoadTotals tally, Runnable each) throws Exception {
        // An estimate from a sample, hence doubled.
        Duration longestTyping = longestTyping();
        Concurrent.each(people, SIGN_INS_AT_ONCE, person -> {
            Account account = Account.signIn(api, state.credentials(name(person)), state.isNew());
            Instant now = Instant.now();
            Instant from = now.minus(longestTyping.multipliedBy(2)).minus(Duration.ofHours(1));
            members[person] = new Member(account, from, account.keystrokesFound(from, now.plus(MARGIN)));
            tally.addSignIn();
            each.run();
        });
    }

    /** Types; returns the duration in seconds. */
    double type(LoadTotals tally, DoubleConsumer progress) throws Exception {
        long startMs = System.currentTimeMillis() + START_MS;
        Concurrent.each(people, people, person -> type(person, startMs, tally, progress));
        return (System.currentTimeMillis() - startMs) / 1e3;
    }

    private void type(int person, long startMs, LoadTotals tally, DoubleConsumer progress) throws Exception {
        Member member = members[person];
        if (member == null) {
            throw new IllegalStateException("sign in first");
        }
        Account account = member.account;
        SimulatedUser typing = new SimulatedUser(
                model, name(person), Seeds.ofPerson(seed, person), keystrokesPerSecondEach, keystrokesEach, startMs);
        FeatureClient features = new FeatureClient();
        long accepted = 0;
        while (!typing.isDone()) {
            TimeUnit.MILLISECONDS.sleep(typing.dueMs() - System.currentTimeMillis());
            behindMs.set(Math.max(0, System.currentTimeMillis() - typing.dueMs()));
            List<Batch> batches = new ArrayList<>();
            do {
                Batch batch = typing.next();
                if (typing.startedSession()) {
                    account.startSession(batch.sessionId(), batch.startedAtMs(), "simulation", "text", "simulator");
                    tally.addSession();
                }
                batches.add(batch);
            } while (!typing.isDone()
                    && batches.size() < Account.BATCHES_MAX
                    && typing.dueMs() <= System.currentTimeMillis());
            SendOutcome outcome = isFeatures ? account.sendFeatures(batches, features) : account.send(batches);
            tally.addOutcome(outcome);
            accepted += outcome.keystrokesAccepted();
            progress.accept((double) outcome.keystrokesSent());
        }
        Instant to = Instant.now().plus(MARGIN);
        tally.addSender(new LoadTotals.Sender(name(person), account, member.before + accepted, member.from, to));
    }

    private String name(int person) {
        return "simulated-" + seed + "-" + person;
    }
}
