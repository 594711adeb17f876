package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.benchmarks.client.Account;
import dev.mindfulcode.benchmarks.client.Batch;
import dev.mindfulcode.benchmarks.client.Credentials;
import dev.mindfulcode.benchmarks.client.SendOutcome;
import dev.mindfulcode.benchmarks.client.SessionPlan;
import dev.mindfulcode.benchmarks.typing.Corpus;
import dev.mindfulcode.benchmarks.typing.Recording;
import dev.mindfulcode.cli.http.ApiException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleConsumer;

/**
 * Sends a corpus through the public API: all participants sign in, then each starts a session and sends batches. A
 * second run from the same data folder sends the same ids, sequences and times, so all of its batches are duplicates.
 *
 * @param speed multiple of real time; {@link #AS_FAST_AS_ACCEPTED} does not pace
 * @param progress receives the completed fraction of each participant's work, 0 to 1
 */
public record Importer(SignIn signIn, LoadState state, double speed, DoubleConsumer progress) {

    /** Signs in a participant, see {@link Account#signIn}. */
    public interface SignIn {
        Account signIn(Credentials credentials, boolean isNew) throws ApiException, InterruptedException;
    }

    public static final double AS_FAST_AS_ACCEPTED = 0;

    /** Participants signed in before any of them sends; bounds the tokens in memory. */
    private static final int PEOPLE_SIGNED_IN_MAX = 5_000;

    private static final int SIGN_INS_AT_ONCE = 16;

    /** Concurrent participants without a pace. */
    private static final int PEOPLE_AT_ONCE = 32;

    /** Margin around the first and last keystroke in queries: the read model has whole minutes. */
    private static final Duration MARGIN = Duration.ofMinutes(2);

    public void run(Corpus corpus, LoadTotals tally) throws Exception {
        for (int first = 0; first < corpus.people(); first += PEOPLE_SIGNED_IN_MAX) {
            run(corpus, first, Math.min(PEOPLE_SIGNED_IN_MAX, corpus.people() - first), tally);
        }
    }

    private void run(Corpus corpus, int first, int people, LoadTotals tally) throws Exception {
        Account[] accounts = new Account[people];
        long startedNs = System.nanoTime();
        Concurrent.each(people, SIGN_INS_AT_ONCE, person -> {
            accounts[person] = signIn.signIn(state.credentials(name(corpus, first + person)), state.isNew());
            tally.addSignIn();
        });
        long signedInNs = System.nanoTime();
        int atOnce = speed == AS_FAST_AS_ACCEPTED ? PEOPLE_AT_ONCE : PEOPLE_SIGNED_IN_MAX;
        Concurrent.each(
                people,
                atOnce,
                person -> send(corpus.read(first + person), name(corpus, first + person), accounts[person], tally));
        tally.addDurations(signedInNs - startedNs, System.nanoTime() - signedInNs);
    }

    private static String name(Corpus corpus, int person) {
        return corpus.name() + "-" + corpus.nameOf(person);
    }

    private void send(Recording recording, String name, Account account, LoadTotals tally) throws Exception {
        if (recording.keystrokes() == 0) {
            progress.accept(1);
            return;
        }
        long first = recording.pressMs()[0];
        long last = recording.pressMs()[recording.keystrokes() - 1];
        long shiftMs = state.shiftMs(name, last);
        long startedNs = System.nanoTime();
        long accepted = 0;
        for (SessionPlan session : SessionPlan.of(recording, name, shiftMs)) {
            pace(startedNs, session.startedAtMs() - shiftMs - first);
            account.startSession(session.id(), session.startedAtMs(), "transcription", "text", "browser");
            tally.addSession();
            List<Batch> batches = session.batches();
            for (int from = 0; from < batches.size(); ) {
                int to = speed == AS_FAST_AS_ACCEPTED ? Math.min(from + Account.BATCHES_MAX, batches.size()) : from + 1;
                pace(startedNs, endMs(batches.get(to - 1)) - shiftMs - first);
                SendOutcome outcome = account.send(batches.subList(from, to));
                tally.addOutcome(outcome);
                accepted += outcome.keystrokesAccepted();
                progress.accept((double) outcome.keystrokesSent() / recording.keystrokes());
                from = to;
            }
        }
        // Up to now and not to the last keystroke: ingest moves what is older than it accepts, and only forwards.
        Instant from = Instant.ofEpochMilli(first + shiftMs).minus(MARGIN);
        tally.addSender(new LoadTotals.Sender(
                name, account, accepted, from, Instant.now().plus(MARGIN)));
    }

    private static long endMs(Batch batch) {
        long end = batch.startedAtMs();
        for (int interval : batch.intervalsMs()) {
            end += interval;
        }
        return end;
    }

    /** Waits until this much recorded time has passed, at this speed. */
    private void pace(long startedNs, long recordingMs) throws InterruptedException {
        if (speed != AS_FAST_AS_ACCEPTED) {
            long dueNs = startedNs + (long) (recordingMs / speed * 1e6);
            TimeUnit.NANOSECONDS.sleep(dueNs - System.nanoTime());
        }
    }
}
