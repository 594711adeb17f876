package dev.mindfulcode.flowstream;

/**
 * Tracks which input records of a partition have all their effects in the outputs. A flow state may be pending for
 * {@link FlowStatePublisher#PUBLISH_INTERVAL_MS}, so that is not simply the last record processed. Not thread-safe.
 */
final class InputProgress {

    /** The offsets of the records after the last ones processed, of each input. */
    record Position(long keystrokes, long features) {}

    static final Position NONE = new Position(ProcessedOffset.NONE, ProcessedOffset.NONE);

    private Position next = NONE;
    private Position marked = NONE;
    private Position candidate = NONE;
    private long candidateAtMs;

    /** @param next {@link #NONE} if no record was processed */
    void processedTo(Position next) {
        this.next = next;
    }

    /** Returns whether there is a position to mark. */
    boolean isPending() {
        return !next.equals(marked);
    }

    /** Marks everything processed; call it if nothing is pending. Returns the position to mark. */
    Position markAll() {
        candidate = NONE;
        marked = next;
        return marked;
    }

    /**
     * Marks what was processed long enough ago to be written by now.
     *
     * @param writtenUntilMs everything due by then is written
     * @return the position to mark, or {@link #NONE}
     */
    Position markWritten(long nowMs, long writtenUntilMs) {
        Position written = NONE;
        if (!candidate.equals(NONE) && writtenUntilMs >= candidateAtMs + FlowStatePublisher.PUBLISH_INTERVAL_MS) {
            written = candidate;
            marked = written;
            candidate = NONE;
        }
        if (candidate.equals(NONE) || nowMs < candidateAtMs) {
            candidate = next;
            candidateAtMs = nowMs;
        }
        return written;
    }
}
