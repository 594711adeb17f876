package dev.mindfulcode.pluginhost;

import java.util.List;

/** How a call, or a batch of calls, ended. All but {@link Ok} end the run; what the batch had emitted is dropped. */
public sealed interface Outcome {

    /** Everything was done. */
    record Ok(List<Result> results, long fuelUsed) implements Outcome {
        public Ok {
            results = List.copyOf(results);
        }
    }

    /**
     * What a guest emitted, or its summary.
     *
     * @param key empty for a summary
     * @param json an object, as the guest wrote it
     */
    record Result(String key, String json) {}

    /** The guest's own fault, which counts against the plugin. */
    sealed interface Failure extends Outcome {
        Where where();
    }

    /** A guest's call: the export, and the record of the batch that it was for, or -1. */
    record Where(String export, int record) {}

    /** The guest did what WebAssembly forbids, or its own {@code unreachable}. */
    record Trapped(Where where, Trap trap) implements Failure {}

    /** The call's budget was spent; where is the same on each machine. */
    record OutOfFuel(Where where, long budget) implements Failure {}

    /** The call took too long by the clock: the machine was busy, or the budget is too large for it. */
    record TimedOut(Where where, int millisMax) implements Failure {}

    /** Something that is no result, or too much of it. */
    record BadOutput(Where where, String reason) implements Failure {}

    /** The guest itself answered with a status that is not 0. */
    record Declined(Where where, int status) implements Failure {}

    /** The plugin has failed so often in a row that it is run no more. Says nothing about this batch. */
    record Disabled(int failuresInRow) implements Outcome {}

    /** Every thread and place in the queue is taken; the batch was not begun and may be given again. */
    record Busy() implements Outcome {}

    /** What WebAssembly forbids. */
    enum Trap {
        UNREACHABLE,
        MEMORY_BOUNDS,
        TABLE_BOUNDS,
        INDIRECT_CALL,
        ARITHMETIC,
        CALL_DEPTH,
        /**
         * The host's own thread ran out of stack before the depth was reached; limits that fit each other prevent it.
         */
        STACK_EXHAUSTED,
        OTHER
    }
}
