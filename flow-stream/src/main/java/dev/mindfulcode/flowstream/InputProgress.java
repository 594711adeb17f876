package dev.mindfulcode.flowstream;

/**
 * Which keystroke records of a partition have all their effects in the outputs. Flow states wait up to
 * {@link FlowStatePublisher#PUBLISH_INTERVAL_MS} before they are written, so that is not simply the last record processed. Pure; not
 * thread-safe.
 */
final class InputProgress {

    static final long NONE = ProcessedOffset.NONE;

    private long nextOffset = NONE;
    private long markedOffset = NONE;
    private long candidateOffset = NONE;
    private long candidateAtMs;

    /** @param nextOffset of the record after the last one processed; {@link #NONE} where none was */
    void processedTo(long nextOffset) {
        this.nextOffset = nextOffset;
    }

    /** Returns whether there is something to mark. */
    boolean isPending() {
        return nextOffset != markedOffset;
    }

    /** Marks everything processed; for when nothing is left unwritten. Returns the offset to mark. */
    long markAll() {
        candidateOffset = NONE;
        markedOffset = nextOffset;
        return markedOffset;
    }

    /**
     * Marks what was processed long enough ago to be written by now.
     *
     * @param writtenUntilMs when whatever was due by then had been written
     * @return the offset to mark, {@link #NONE} where there is none yet
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
