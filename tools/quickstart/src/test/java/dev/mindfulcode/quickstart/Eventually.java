package dev.mindfulcode.quickstart;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Polls a condition until it holds or the deadline has passed. */
final class Eventually {

    private static final Duration DEADLINE = Duration.ofMinutes(3);
    private static final Duration INTERVAL = Duration.ofMillis(50);

    private Eventually() {}

    static void holds(String what, Callable<Boolean> condition) throws Exception {
        long deadlineNs = System.nanoTime() + DEADLINE.toNanos();
        while (!condition.call()) {
            if (System.nanoTime() - deadlineNs > 0) {
                throw new AssertionError("Not within " + DEADLINE.toSeconds() + " s: " + what);
            }
            LockSupport.parkNanos(INTERVAL.toNanos());
        }
    }
}
