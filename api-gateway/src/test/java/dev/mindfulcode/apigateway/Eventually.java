package dev.mindfulcode.apigateway;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition, within bounds. */
final class Eventually {

    private static final Duration WAIT_MAX = Duration.ofMinutes(3);
    private static final Duration POLL_INTERVAL = Duration.ofMillis(10);

    private Eventually() {}

    static void holds(BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + WAIT_MAX.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() - deadlineNs > 0) {
                throw new AssertionError("not within " + WAIT_MAX.toSeconds() + " s");
            }
            LockSupport.parkNanos(POLL_INTERVAL.toNanos());
        }
    }
}
