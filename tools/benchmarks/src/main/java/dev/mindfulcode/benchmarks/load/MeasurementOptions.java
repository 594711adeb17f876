package dev.mindfulcode.benchmarks.load;

import picocli.CommandLine.Option;

/** Duration of a measurement at a steady rate. */
final class MeasurementOptions {

    /** Of each: an access token, taken once, outlives the two. */
    private static final int SECONDS_MAX = 400;

    static final String BOUNDS = "--seconds from 1 to " + SECONDS_MAX + ", --warmup from 0 to " + SECONDS_MAX;

    @Option(
            names = "--seconds",
            paramLabel = "S",
            defaultValue = "30",
            description = "Measured time. Default: ${DEFAULT-VALUE}")
    private int seconds = 30;

    @Option(
            names = "--warmup",
            paramLabel = "S",
            defaultValue = "15",
            description = "Time before that. Default: ${DEFAULT-VALUE}")
    private int warmup = 15;

    boolean isWithinBounds() {
        return seconds >= 1 && seconds <= SECONDS_MAX && warmup >= 0 && warmup <= SECONDS_MAX;
    }

    int seconds() {
        return seconds;
    }

    int warmup() {
        return warmup;
    }
}
