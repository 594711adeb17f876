package dev.mindfulcode.projectionservice.loop;

import java.util.concurrent.TimeUnit;

/** When to try again: at once after a success, then twice as late with each failure, up to a bound. Not thread-safe. */
final class Backoff {

    static final long FIRST_MS = 50;
    static final long MS_MAX = 5_000;
    private static final int DOUBLINGS_MAX = 10;

    private int failures;
    private long notBeforeNanos;

    void succeeded() {
        failures = 0;
    }

    /** Returns how long is waited from now. */
    long failed(long nowNanos) {
        long waitMs = Math.min(MS_MAX, FIRST_MS << Math.min(failures, DOUBLINGS_MAX));
        failures++;
        notBeforeNanos = nowNanos + TimeUnit.MILLISECONDS.toNanos(waitMs);
        return waitMs;
    }

    boolean isDue(long nowNanos) {
        return failures == 0 || nowNanos - notBeforeNanos >= 0;
    }

    int failures() {
        return failures;
    }
}
