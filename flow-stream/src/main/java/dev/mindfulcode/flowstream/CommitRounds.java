package dev.mindfulcode.flowstream;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/**
 * When stream threads commit before the commit interval is over. While few keystroke records come, a commit's stall
 * harms nobody and readers want to see what they wrote; so time is divided into rounds, and at most once in each a
 * thread commits what came in the round before. Above {@link #INPUTS_PER_SECOND_MAX} only the commit interval counts.
 * Shared by all tasks of an instance. Thread-safe.
 */
final class CommitRounds {

    static final Duration LENGTH = Duration.ofMillis(250);

    /** How often a task checks where in its round it is. */
    static final Duration TICK = Duration.ofMillis(50);

    /** By then all tasks of a thread have had a tick in which to write what belongs into the commit. */
    static final Duration COMMIT_AFTER = Duration.ofMillis(100);

    static final int INPUTS_PER_SECOND_MAX = 50;

    private static final long RATE_WINDOW_MS = 1_000;

    private final LongAdder inputs = new LongAdder();
    private final ThreadLocal<Long> commitRequestedAtMs = ThreadLocal.withInitial(() -> Long.MIN_VALUE);
    private long windowStartMs;
    private long inputsBeforeWindow;
    private boolean wasQuiet = true;

    void input() {
        inputs.increment();
    }

    /** Returns whether few records have come lately. */
    synchronized boolean isQuiet(long nowMs) {
        long inputsNow = inputs.sum();
        boolean isQuiet = inputsNow - inputsBeforeWindow <= INPUTS_PER_SECOND_MAX;
        long elapsedMs = nowMs - windowStartMs;
        if (elapsedMs >= RATE_WINDOW_MS || elapsedMs < 0) {
            wasQuiet = isQuiet;
            windowStartMs = nowMs;
            inputsBeforeWindow = inputsNow;
        }
        return isQuiet && wasQuiet;
    }

    /**
     * Returns whether the calling thread has to commit for what was written at a time: not where one of its tasks has
     * asked since.
     */
    boolean needsCommit(long writtenAtMs, long nowMs) {
        long requestedAtMs = commitRequestedAtMs.get();
        if (requestedAtMs > writtenAtMs && requestedAtMs <= nowMs) {
            return false;
        }
        commitRequestedAtMs.set(nowMs);
        return true;
    }

    static long roundOf(long nowMs) {
        return nowMs / LENGTH.toMillis();
    }

    static boolean isTimeToCommit(long nowMs) {
        return nowMs % LENGTH.toMillis() >= COMMIT_AFTER.toMillis();
    }
}
