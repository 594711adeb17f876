package dev.mindfulcode.flowstream;

/**
 * What time it is where the records of a partition come from: the latest time at which ingest received one, plus what has passed on
 * the wall clock since that was seen. Live, this is the wall clock; in a replay, or while catching up after an outage, it stays with
 * the records, so that nobody's session ends because its batches are still waiting to be read. Not thread-safe.
 */
final class StreamClock {

    private long receivedAtMs;
    private long seenAtMs;

    /** Takes note of a received time; one ahead of the wall clock counts as the wall clock's. Returns the time as it counts. */
    long observe(long receivedMs, long wallMs) {
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
        return receivedAtMs + Math.max(wallMs - seenAtMs, 0);
    }

    /** Returns the latest received time itself. */
    long receivedAtMs() {
        return receivedAtMs;
    }
}
