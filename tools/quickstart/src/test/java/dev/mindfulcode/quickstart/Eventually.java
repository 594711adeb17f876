package dev.mindfulcode.quickstart;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;

/** Polls a condition until it holds or the deadline has passed. */
final class Eventually {

    private static final Duration DEADLINE = Duration.ofMinutes(3);
    private static final Duration INTERVAL = Duration.ofMillis(50);

    private Eventually() {}

    /** Assertions that fail until something has happened. */
    interface Assertions {
        void check() throws Exception;
    }

    /** Repeats assertions until they pass, or fails as they did when the deadline has passed. */
    static void passes(Duration deadline, Assertions assertions) throws Exception {
        long deadlineNs = System.nanoTime() + deadline.toNanos();
        while (true) {
            try {
                assertions.check();
                return;
            } catch (AssertionError e) {
                if (System.nanoTime() - deadlineNs > 0) {
                    throw e;
                }
            }
            LockSupport.parkNanos(INTERVAL.toNanos());
        }
    }

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
