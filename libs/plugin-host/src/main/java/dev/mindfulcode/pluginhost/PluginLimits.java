package dev.mindfulcode.pluginhost;

/**
 * Every bound of the sandbox. What a module may be is checked before anything is allocated for it; what a call may use
 * ends the call.
 *
 * @param module what a module may be
 * @param call what running it may use
 * @param host what all plugins together may use
 */
public record PluginLimits(ModuleLimits module, CallLimits call, HostLimits host) {

    /**
     * What a module may be.
     *
     * @param operandsMax the highest operand stack of a function; with {@code localsMax} it bounds a frame, and with
     *     the call depth the stack of a guest's thread
     * @param nestingMax blocks within blocks
     * @param branchTargetsMax of one {@code br_table}
     * @param slotsMax over all functions, blocks times locals and operands: the JVM keeps what each slot holds at each
     *     block, so it is what compiling costs in time and memory
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
     * What running a module may use.
     *
     * @param fuelMax units a call; docs/plugin-abi.md says what costs what
     * @param callMillisMax wall time of one call
     * @param batchMillisMax wall time of all calls for one batch of records
     * @param resultBytesMax one result
     * @param resultsMax emitted in one call
     * @param batchResultBytesMax emitted in one batch
     * @param failuresInRowMax so many, and the plugin is disabled
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
     * What all plugins together may use.
     *
     * @param threadsMax guests at work at once
     * @param waitingMax batches in the queue; more are turned away
     * @param runsMax open at once, each with up to {@code memoryPagesMax} pages
     */
    public record HostLimits(int threadsMax, int waitingMax, int runsMax) {
        public HostLimits {
            positive(threadsMax, "threadsMax");
            positive(waitingMax, "waitingMax");
            positive(runsMax, "runsMax");
        }
    }

    /**
     * What is right for a machine of two cores: 64 runs of 16 MiB at most, and a call that ends within 2 s whatever it
     * does.
     */
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
        return new PluginLimits(
                module,
                new CallLimits(
                        fuelMax,
                        call.callDepthMax,
                        call.callMillisMax,
                        call.batchMillisMax,
                        call.recordsMax,
                        call.recordBytesMax,
                        call.resultBytesMax,
                        call.resultsMax,
                        call.batchResultBytesMax,
                        call.failuresInRowMax),
                host);
    }

    public PluginLimits withMillisMax(int callMillisMax, int batchMillisMax) {
        return new PluginLimits(
                module,
                new CallLimits(
                        call.fuelMax,
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

    /**
     * Bytes of thread stack that the deepest chain of the largest frames needs, and as much again for the host's own
     * frames.
     */
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
