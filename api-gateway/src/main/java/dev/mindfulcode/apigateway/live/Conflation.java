package dev.mindfulcode.apigateway.live;

import java.util.concurrent.atomic.LongAdder;

/** Counts of messages that slow clients did not get. Thread-safe. */
final class Conflation {

    private final LongAdder replaced = new LongAdder();
    private final LongAdder dropped = new LongAdder();

    void countReplaced() {
        replaced.increment();
    }

    void countDropped() {
        dropped.increment();
    }

    /** Returns the number of messages that a newer one of the same key replaced. */
    long replaced() {
        return replaced.sum();
    }

    /** Returns the number of messages dropped because too many were pending. */
    long dropped() {
        return dropped.sum();
    }
}
