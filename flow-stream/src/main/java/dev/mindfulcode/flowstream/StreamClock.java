package dev.mindfulcode.flowstream;

/**
 * The clock of receipt of a partition: the latest time at which ingest received a record, plus the time that has
 * passed on the wall clock since. Live, it equals the wall clock; in a replay or after an outage it follows the
 * records, so that no session ends because its batches are still to be read.
 *
 * <p>It is never ahead of the wall clock and goes back with it. Not thread-safe.
 */
final class StreamClock {

    private long receivedAtMs;
    private long seenAtMs;

    /** Advances to a time of receipt, clamped to the wall clock. Returns the clamped time. */
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

    /** Returns the latest time of receipt. */
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
