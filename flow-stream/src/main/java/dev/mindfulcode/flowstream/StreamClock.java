package dev.mindfulcode.flowstream;

/**
 * What time it is where the records of a partition come from: the latest time at which ingest received one, plus what
 * has passed on the wall clock since that was seen. Live, this is the wall clock; in a replay, or while catching up
 * after an outage, it stays with the records, so that nobody's session ends because its batches are still waiting to be
 * read.
 *
 * <p>It is never ahead of the wall clock: when that is set back, this clock goes back with it, and nothing waits until
 * the time from before comes again. Not thread-safe.
 */
final class StreamClock {

    private long receivedAtMs;
    private long seenAtMs;

    /**
     * Takes note of a received time; one ahead of the wall clock counts as the wall clock's. Returns the time as it
     * counts.
     */
    long observe(long receivedMs, long wallMs) {
        followBack(wallMs);
        long trustedMs = Math.min(receivedMs, wallMs);
        if (trustedMs > receivedAtMs) {
            receivedAtMs = trustedMs;
            seenAtMs = wallMs;
        }
        return trustedMs;
    }

    boolean isKnown() {
        return receivedAtMs > 0;
    }

    long nowMs(long wallMs) {
        followBack(wallMs);
        return receivedAtMs + wallMs - seenAtMs;
    }

    /** Returns the latest received time itself. */
    long receivedAtMs() {
        return receivedAtMs;
    }

    private void followBack(long wallMs) {
        if (wallMs < seenAtMs) {
            seenAtMs = wallMs;
            receivedAtMs = Math.min(receivedAtMs, wallMs);
        }
    }
}
