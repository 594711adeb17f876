package dev.mindfulcode.quickstart.load.client;

import java.util.Map;
import java.util.TreeMap;

/** What became of batches that were sent. Not thread-safe. */
public final class SendOutcome {

    private long batchesSent;
    private long keystrokesSent;
    private long batchesAccepted;
    private long keystrokesAccepted;
    private final Map<String, Long> batchesRefused = new TreeMap<>();

    void accepted(Batch batch) {
        sent(batch);
        batchesAccepted++;
        keystrokesAccepted += batch.keystrokes();
    }

    void refused(Batch batch, Problem problem) {
        sent(batch);
        batchesRefused.merge(problem.status() + " " + problem.type(), 1L, Long::sum);
    }

    private void sent(Batch batch) {
        batchesSent++;
        keystrokesSent += batch.keystrokes();
    }

    public void add(SendOutcome other) {
        batchesSent += other.batchesSent;
        keystrokesSent += other.keystrokesSent;
        batchesAccepted += other.batchesAccepted;
        keystrokesAccepted += other.keystrokesAccepted;
        other.batchesRefused.forEach((reason, count) -> batchesRefused.merge(reason, count, Long::sum));
    }

    public long batchesSent() {
        return batchesSent;
    }

    public long keystrokesSent() {
        return keystrokesSent;
    }

    public long batchesAccepted() {
        return batchesAccepted;
    }

    public long keystrokesAccepted() {
        return keystrokesAccepted;
    }

    /** Refused batches by status and problem type. */
    public Map<String, Long> batchesRefused() {
        return batchesRefused;
    }
}
