package dev.mindfulcode.schemas.clock;

import java.util.concurrent.TimeUnit;

/**
 * Finds steps of the system clock: what it moved by, less what a clock that nobody sets moved by. Not thread-safe.
 */
final class ClockStepDetector {

    private long wallMs;
    private long steadyNs;

    /**
     * Begins to observe.
     *
     * @param wallMs the system clock, in epoch milliseconds
     * @param steadyNs a clock that nobody sets, with any origin, as of {@link System#nanoTime}
     */
    ClockStepDetector(long wallMs, long steadyNs) {
        this.wallMs = wallMs;
        this.steadyNs = steadyNs;
    }

    /**
     * Returns by how many milliseconds the system clock was set since the last call: negative where it was set back.
     */
    long stepMs(long wallMs, long steadyNs) {
        long stepMs = (wallMs - this.wallMs) - TimeUnit.NANOSECONDS.toMillis(steadyNs - this.steadyNs);
        this.wallMs = wallMs;
        this.steadyNs = steadyNs;
        return stepMs;
    }
}
