package dev.mindfulcode.flowstream;

/**
 * Tracks which keystroke records of a partition have all their effects in the outputs. A flow state may be pending for
 * {@link FlowStatePublisher#PUBLISH_INTERVAL_MS}, so that is not simply the last record processed. Not thread-safe.
 */
final class InputProgress {

    static final long NONE = ProcessedOffset.NONE;

    private long nextOffset = NONE;
    private long markedOffset = NONE;
    private long candidateOffset = NONE;
    private long candidateAtMs;

    /** @param nextOffset of the record after the last one processed; {@link #NONE} if none was */
    void processedTo(long nextOffset) {
        this.nextOffset = nextOffset;
    }

    /** Returns whether there is an offset to mark. */
    boolean isPending() {
        return nextOffset != markedOffset;
    }

    /** Marks everything processed; call it if nothing is pending. Returns the offset to mark. */
    long markAll() {
        candidateOffset = NONE;
        markedOffset = nextOffset;
        return markedOffset;
    }

    /**
     * Marks what was processed long enough ago to be written by now.
     *
     * @param writtenUntilMs everything due by then is written
     * @return the offset to mark, or {@link #NONE}
     */
    long markWritten(long nowMs, long writtenUntilMs) {
        long written = NONE;
        if (candidateOffset != NONE && writtenUntilMs >= candidateAtMs + FlowStatePublisher.PUBLISH_INTERVAL_MS) {
            written = candidateOffset;
            markedOffset = written;
            candidateOffset = NONE;
        }
        if (candidateOffset == NONE || nowMs < candidateAtMs) {
            candidateOffset = nextOffset;
            candidateAtMs = nowMs;
        }
        return written;
    }
}
