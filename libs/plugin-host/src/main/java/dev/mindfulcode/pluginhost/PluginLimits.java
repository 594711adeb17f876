package dev.mindfulcode.pluginhost;

/**
 * The limits of the sandbox. A module is checked before anything is allocated for it; a call that exceeds its limits is
 * stopped.
 *
 * @param module limits of a module
 * @param call limits of its execution
 * @param host limits of all plugins together
 */
public record PluginLimits(ModuleLimits module, CallLimits call, HostLimits host) {

    /**
     * Limits of a module.
     *
     * @param operandsMax operand stack of a function; with {@code localsMax} it bounds a frame, and with the call depth
     *     the stack of a guest's thread
     * @param nestingMax nested blocks
     * @param branchTargetsMax of one {@code br_table}
     * @param slotsMax blocks times locals and operands, over all functions: bounds the time and memory of compilation,
     *     which stores the type of each slot at each block
     */
    public record ModuleLimits(
            int moduleBytesMax,
            int typesMax,
            int functionsMax,
            int functionBytesMax,
            int localsMax,
            int operandsMax,
            int nestingMax,
            int branchTargetsMax,
            int globalsMax,
            int exportsMax,
            int elementSegmentsMax,
            int elementEntriesMax,
            int dataSegmentsMax,
            int dataBytesMax,
            int memoryPagesMax,
            int tableEntriesMax,
            int slotsMax) {

        static final int PARAMETERS_MAX = 32;
        static final int RESULTS_MAX = 4;
        static final int IMPORTS_MAX = 16;
        static final int NAME_BYTES_MAX = 256;

        public ModuleLimits {
            positive(moduleBytesMax, "moduleBytesMax");
            positive(functionBytesMax, "functionBytesMax");
            positive(localsMax, "localsMax");
            positive(operandsMax, "operandsMax");
            positive(nestingMax, "nestingMax");
            positive(tableEntriesMax, "tableEntriesMax");
            if (memoryPagesMax < 1 || memoryPagesMax > 16_384) {
                throw new IllegalArgumentException("memoryPagesMax must be 1 to 16384 (1 GiB)");
            }
        }
    }

    /**
     * Limits of execution.
     *
     * @param fuelMax units per call; docs/plugin-abi.md lists the costs
     * @param callMillisMax wall time of one call
     * @param batchMillisMax wall time of all calls for one batch of records
     * @param resultBytesMax bytes of one result
     * @param resultsMax results of one call
     * @param batchResultBytesMax bytes of results of one batch
     * @param failuresInRowMax failures in a row after which the plugin is disabled
     */
    public record CallLimits(
            long fuelMax,
            int callDepthMax,
            int callMillisMax,
            int batchMillisMax,
            int recordsMax,
            int recordBytesMax,
            int resultBytesMax,
            int resultsMax,
            int batchResultBytesMax,
            int failuresInRowMax) {

        public CallLimits {
            if (fuelMax < 1 || fuelMax > Long.MAX_VALUE / 2) {
                throw new IllegalArgumentException("fuelMax must be positive and below 2^62");
            }
            if (callDepthMax < 1 || callDepthMax > 1_000) {
                throw new IllegalArgumentException("callDepthMax must be 1 to 1000");
            }
            positive(callMillisMax, "callMillisMax");
            positive(batchMillisMax, "batchMillisMax");
            positive(failuresInRowMax, "failuresInRowMax");
        }
    }

    /**
     * Limits of all plugins together.
     *
     * @param threadsMax concurrently executing guests
     * @param waitingMax queued batches; further batches are rejected
     * @param runsMax open runs, each with up to {@code memoryPagesMax} pages
     */
    public record HostLimits(int threadsMax, int waitingMax, int runsMax) {
        public HostLimits {
            positive(threadsMax, "threadsMax");
            positive(waitingMax, "waitingMax");
            positive(runsMax, "runsMax");
        }
    }

    /** Returns limits for a machine with two cores: at most 64 runs of 16 MiB, and calls of at most 2 s. */
    public static PluginLimits standard() {
        return new PluginLimits(
                new ModuleLimits(
                        256 * 1024,
                        512,
                        4_096,
                        64 * 1024,
                        1_024,
                        512,
                        256,
                        1_024,
                        1_024,
                        256,
                        256,
                        20_000,
                        1_024,
                        256 * 1024,
                        256,
                        10_000,
                        2_000_000),
                new CallLimits(
                        100_000_000L, 256, 2_000, 10_000, 10_000, 256 * 1024, 16 * 1024, 100, 4 * 1024 * 1024, 3),
                new HostLimits(2, 64, 64));
    }

    public PluginLimits withFuelMax(long fuelMax) {
        return withCall(fuelMax, call.callMillisMax, call.batchMillisMax);
    }

    public PluginLimits withMillisMax(int callMillisMax, int batchMillisMax) {
        return withCall(call.fuelMax, callMillisMax, batchMillisMax);
    }

    private PluginLimits withCall(long fuelMax, int callMillisMax, int batchMillisMax) {
        return new PluginLimits(
                module,
                new CallLimits(
                        fuelMax,
                        call.callDepthMax,
                        callMillisMax,
                        batchMillisMax,
                        call.recordsMax,
                        call.recordBytesMax,
                        call.resultBytesMax,
                        call.resultsMax,
                        call.batchResultBytesMax,
                        call.failuresInRowMax),
                host);
    }

    public PluginLimits withHost(HostLimits host) {
        return new PluginLimits(module, call, host);
    }

    /** Returns the thread stack for the deepest chain of the largest frames, twice, to include the host's frames. */
    long threadStackBytes() {
        long frameBytes = 16L * (module.localsMax + module.operandsMax) + 512;
        return 1024 * 1024 + 2 * frameBytes * call.callDepthMax;
    }

    private static void positive(long bound, String name) {
        if (bound < 1) {
            throw new IllegalArgumentException(name + " must be positive");
        }
    }
}
