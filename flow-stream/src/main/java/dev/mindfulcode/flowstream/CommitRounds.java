package dev.mindfulcode.flowstream;

import java.time.Duration;
import java.util.concurrent.atomic.LongAdder;

/**
 * Decides when stream threads commit before the commit interval is over. While few keystroke records arrive, the stall
 * of a commit harms nobody and readers want to see what they wrote: time is divided into rounds, and a thread commits
 * at most once per round what arrived in the round before. Above {@link #INPUTS_PER_SECOND_MAX} only the commit
 * interval applies. Where commits are slow, a thread processes {@link #PROCESSING_PER_STALL} times as long as the last
 * one stalled it: a thread that only commits falls behind for good, and processes so little that it seems quiet. Shared
 * by all tasks of an instance. Thread-safe.
 */
final class CommitRounds {

    static final Duration LENGTH = Duration.ofMillis(250);

    /** The interval at which a task checks its position in the round. */
    static final Duration TICK = Duration.ofMillis(50);

    /** By then each task of a thread has had a tick in which to write what belongs to the commit. */
    static final Duration COMMIT_AFTER = Duration.ofMillis(100);

    static final int INPUTS_PER_SECOND_MAX = 50;

    static final int PROCESSING_PER_STALL = 4;

    /** Also after a long stall, and after the clock was set back. */
    static final Duration PROCESSING_MAX = Duration.ofSeconds(5);

    private static final long RATE_WINDOW_MS = 1_000;

    private final LongAdder inputs = new LongAdder();
    private final ThreadLocal<Long> commitRequestedAtMs = ThreadLocal.withInitial(() -> Long.MIN_VALUE);
    private final ThreadLocal<Long> processesUntilMs = ThreadLocal.withInitial(() -> Long.MIN_VALUE);
    private long windowStartMs;
    private long inputsBeforeWindow;
    private boolean wasQuiet = true;

    void input() {
        inputs.increment();
    }

    /** Returns whether few records arrived recently. */
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

    /** Records a tick of a task of the calling thread; one later than a round after a commit was stalled by it. */
    void tick(long beforeMs, long nowMs) {
        long stallMs = nowMs - beforeMs - LENGTH.toMillis();
        long untilMs = nowMs + Math.min(PROCESSING_PER_STALL * stallMs, PROCESSING_MAX.toMillis());
        boolean isStalled = stallMs > 0 && commitRequestedAtMs.get() >= beforeMs;
        if (isStalled && (!mustProcess(nowMs) || untilMs > processesUntilMs.get())) {
            processesUntilMs.set(untilMs);
        }
    }

    /** Returns whether the calling thread must process before it commits early again. */
    boolean mustProcess(long nowMs) {
        long untilMs = processesUntilMs.get();
        return nowMs < untilMs && untilMs - nowMs <= PROCESSING_MAX.toMillis();
    }

    /**
     * Returns whether the calling thread must commit for what was written at a time: false if one of its tasks has
     * requested a commit since.
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
