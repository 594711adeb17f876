package dev.mindfulcode.schemas.clock;

import java.util.concurrent.TimeUnit;

/**
 * Detects steps of the system clock by comparison with a monotonic clock. Not thread-safe.
 */
final class ClockStepDetector {

    private long wallMs;
    private long steadyNs;

    /**
     * Starts observing.
     *
     * @param wallMs the system clock, in epoch milliseconds
     * @param steadyNs a monotonic clock, such as {@link System#nanoTime}
     */
    ClockStepDetector(long wallMs, long steadyNs) {
        this.wallMs = wallMs;
        this.steadyNs = steadyNs;
    }

    /**
     * Returns the milliseconds by which the system clock was set since the last call; negative if it was set back.
     */
    long stepMs(long wallMs, long steadyNs) {
        long stepMs = (wallMs - this.wallMs) - TimeUnit.NANOSECONDS.toMillis(steadyNs - this.steadyNs);
        this.wallMs = wallMs;
        this.steadyNs = steadyNs;
        return stepMs;
    }
}
