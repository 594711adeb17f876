package dev.mindfulcode.pluginhost;

import java.util.List;

/** The outcome of a call or a batch. A {@link Failure} ends the run; results of its batch are dropped. */
public sealed interface Outcome {

    /** Success. */
    record Ok(List<Result> results, long fuelUsed) implements Outcome {
        public Ok {
            results = List.copyOf(results);
        }
    }

    /**
     * A result that a guest emitted, or its summary.
     *
     * @param key empty for a summary
     * @param json the object as the guest wrote it
     */
    record Result(String key, String json) {}

    /** A failure of the guest, which counts against the plugin. */
    sealed interface Failure extends Outcome {
        Where where();
    }

    /** The failed call: its export, and the index of the record in the batch, or -1. */
    record Where(String export, int record) {}

    /** The guest trapped. */
    record Trapped(Where where, Trap trap) implements Failure {}

    /** The fuel of the call was used up, at the same point on each machine. */
    record OutOfFuel(Where where, long budget) implements Failure {}

    /** The call exceeded its wall time: the machine was busy, or the fuel limit is too high for it. */
    record TimedOut(Where where, int millisMax) implements Failure {}

    /** Invalid or too much output. */
    record BadOutput(Where where, String reason) implements Failure {}

    /** The guest returned a status other than 0. */
    record Declined(Where where, int status) implements Failure {}

    /** The plugin is disabled after too many failures in a row. The batch was not run. */
    record Disabled(int failuresInRow) implements Outcome {}

    /** All threads and queue places are in use. The batch was not run and may be retried. */
    record Busy() implements Outcome {}

    /** The kinds of traps. */
    enum Trap {
        UNREACHABLE,
        MEMORY_BOUNDS,
        TABLE_BOUNDS,
        INDIRECT_CALL,
        ARITHMETIC,
        CALL_DEPTH,
        /** The host's thread ran out of stack before the call depth limit; consistent limits prevent it. */
        STACK_EXHAUSTED,
        OTHER
    }
}
