package dev.mindfulcode.benchmarks.load;

import dev.mindfulcode.benchmarks.client.Account;
import dev.mindfulcode.benchmarks.client.SendOutcome;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What a run has sent so far and whose keystrokes have to be found afterwards. Thread-safe. */
public final class Tally {

    /**
     * A person to be reconciled.
     *
     * @param expected keystrokes that the read model must show in [from, to)
     */
    public record Person(String name, Account account, long expected, Instant from, Instant to) {}

    private final SendOutcome outcome = new SendOutcome();
    private final List<Person> people = new ArrayList<>();
    private int signedIn;
    private int sessions;
    private long signInNs;
    private long sendNs;

    synchronized void signedIn() {
        signedIn++;
    }

    synchronized void session() {
        sessions++;
    }

    synchronized void took(long signingInNs, long sendingNs) {
        signInNs += signingInNs;
        sendNs += sendingNs;
    }

    synchronized double signInSeconds() {
        return signInNs / 1e9;
    }

    synchronized double sendSeconds() {
        return sendNs / 1e9;
    }

    synchronized void sent(SendOutcome of) {
        outcome.add(of);
    }

    synchronized void finished(Person person) {
        people.add(person);
    }

    synchronized int signedInPeople() {
        return signedIn;
    }

    synchronized int sessions() {
        return sessions;
    }

    synchronized int finishedPeople() {
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

    public synchronized List<Person> people() {
        return List.copyOf(people);
    }
}
