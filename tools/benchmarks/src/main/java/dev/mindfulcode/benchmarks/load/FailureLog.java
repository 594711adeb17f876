package dev.mindfulcode.benchmarks.load;

import java.time.Duration;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Logs repeated failures: at most one line per interval, with the number of suppressed ones. Thread-safe. */
final class FailureLog {

    private final long intervalNs;
    private final LongSupplier nanoTime;
    private final Consumer<String> log;
    private long loggedAtNs;
    private boolean hasLogged;
    private long leftOut;

    FailureLog(Duration interval, LongSupplier nanoTime, Consumer<String> log) {
        this.intervalNs = interval.toNanos();
        this.nanoTime = nanoTime;
        this.log = log;
    }

    synchronized void report(String failure) {
        long nowNs = nanoTime.getAsLong();
        if (hasLogged && nowNs - loggedAtNs < intervalNs) {
            leftOut++;
            return;
        }
        log.accept(leftOut == 0 ? failure : failure + " (" + leftOut + " more since the last such line)");
        hasLogged = true;
        loggedAtNs = nowNs;
        leftOut = 0;
    }
}
