package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.benchmarks.client.Account;
import dev.mindfulcode.benchmarks.client.SendOutcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** Totals of a run, and the users to reconcile afterwards. Thread-safe. */
public final class LoadTotals {

    /**
     * A user to reconcile.
     *
     * @param expected keystrokes that the read model must contain in [from, to)
     */
    public record Sender(String name, Account account, long expected, Instant from, Instant to) {}

    private final SendOutcome outcome = new SendOutcome();
    private final List<Sender> people = new ArrayList<>();
    private int signedIn;
    private int sessions;
    private long signInNs;
    private long sendNs;

    synchronized void addSignIn() {
        signedIn++;
    }

    synchronized void addSession() {
        sessions++;
    }

    synchronized void addDurations(long signingInNs, long sendingNs) {
        signInNs += signingInNs;
        sendNs += sendingNs;
    }

    synchronized double signInSeconds() {
        return signInNs / 1e9;
    }

    synchronized double sendSeconds() {
        return sendNs / 1e9;
    }

    synchronized void addOutcome(SendOutcome of) {
        outcome.add(of);
    }

    synchronized void addSender(Sender person) {
        people.add(person);
    }

    synchronized int signedInUsers() {
        return signedIn;
    }

    synchronized int sessions() {
        return sessions;
    }

    synchronized int finishedSenders() {
        return people.size();
    }

    public synchronized long keystrokesAccepted() {
        return outcome.keystrokesAccepted();
    }

    public synchronized SendOutcome outcome() {
        SendOutcome copy = new SendOutcome();
        copy.add(outcome);
        return copy;
    }

    public synchronized List<Sender> senders() {
        return List.copyOf(people);
    }
}
