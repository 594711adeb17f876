package dev.mindfulcode.projectionservice.loop;

import java.util.concurrent.TimeUnit;

/** Exponential retry delay, reset by a success. Not thread-safe. */
final class Backoff {

    static final long MIN_MS = 50;
    static final long MAX_MS = 5_000;
    private static final int DOUBLINGS_MAX = 10;

    private int failures;
    private long notBeforeNanos;

    void succeeded() {
        failures = 0;
    }

    /** Returns the delay until the next attempt. */
    long failed(long nowNanos) {
        long waitMs = Math.min(MAX_MS, MIN_MS << Math.min(failures, DOUBLINGS_MAX));
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
