package dev.mindfulcode.flowengine;

/** Invariants of readings. Plain comparisons, as they run after millions of keystrokes. */
final class Readings {
    private Readings() {}

    static void assertInRange(FlowReading reading) {
        if (!(isShare(reading.intensity())
                && isShare(reading.confidence())
                && isShare(reading.rhythm())
                && isShare(reading.focus())
                && isShare(reading.consistency())
                && isShare(reading.errorPenalty())
                && isShare(reading.velocity())
                && reading.flowDurationMs() >= 0
                && reading.heldMs() >= 0)) {
            throw new AssertionError("out of range: intensity %s confidence %s features %s %s %s %s %s, %d ms, %d ms"
                    .formatted(
                            reading.intensity(),
                            reading.confidence(),
                            reading.rhythm(),
                            reading.focus(),
                            reading.consistency(),
                            reading.errorPenalty(),
                            reading.velocity(),
                            reading.flowDurationMs(),
                            reading.heldMs()));
        }
    }

    /** False for NaN. */
    private static boolean isShare(float value) {
        return value >= 0 && value <= 1;
    }
}
