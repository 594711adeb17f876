package dev.mindfulcode.benchmarks.client;

import dev.mindfulcode.cli.http.Problem;
import java.util.Map;
import java.util.TreeMap;

/** Counts of accepted, rejected and refused batches. Not thread-safe. */
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

    /** Counts a batch whose request was refused as a whole. */
    void refused(Batch batch, Problem problem) {
        rejected(batch, problem.status() + " " + problem.type());
    }

    /** Counts a batch that was rejected among others. */
    void rejected(Batch batch, String type) {
        sent(batch);
        batchesRefused.merge(type, 1L, Long::sum);
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

    /**
     * Refused and rejected batches by problem type, with the status of the answer where it was the request that was
     * refused.
     */
    public Map<String, Long> batchesRefused() {
        return batchesRefused;
    }
}
