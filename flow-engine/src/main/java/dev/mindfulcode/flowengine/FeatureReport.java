package dev.mindfulcode.flowengine;

/**
 * A client's report of a stretch of activity whose keystrokes it does not send: counts, and the five features at the
 * end of the stretch, each 0 to 1. {@link FeatureReporter} is the reference for how a client computes them.
 *
 * @param startedAtMs when the first event happened, or when the counted interval before it began
 * @param durationMs from then to the last event
 * @param errors deletions, undos, failed builds and failed tests
 * @param contextSwitches file switches and losses of window focus
 * @param focusLosses how many of the switches are losses of window focus
 * @param lines how many of the keystrokes begin a line
 * @param activeMs sum of the intervals up to {@link SessionState#ACTIVE_INTERVAL_MS_MAX}
 */
public record FeatureReport(
        long startedAtMs,
        int durationMs,
        int keystrokes,
        int errors,
        int contextSwitches,
        int focusLosses,
        int lines,
        int filesModified,
        int activeMs,
        float rhythm,
        float focus,
        float consistency,
        float errorPenalty,
        float velocity) {

    public static final int DURATION_MS_MAX = 60_000;

    /** Upper bound of each count: a hundred a second. */
    public static final int COUNT_MAX = 6_000;

    /** @throws IllegalArgumentException if a value is out of range */
    public FeatureReport {
        requireWithin("duration_ms", durationMs, DURATION_MS_MAX);
        requireWithin("keystrokes", keystrokes, COUNT_MAX);
        requireWithin("errors", errors, COUNT_MAX);
        requireWithin("context_switches", contextSwitches, COUNT_MAX);
        requireWithin("focus_losses", focusLosses, contextSwitches);
        requireWithin("lines", lines, keystrokes);
        requireWithin("files_modified", filesModified, COUNT_MAX);
        requireWithin("active_ms", activeMs, activeMsMax(durationMs, keystrokes));
        requireShare("rhythm", rhythm);
        requireShare("focus", focus);
        requireShare("consistency", consistency);
        requireShare("error_penalty", errorPenalty);
        requireShare("velocity", velocity);
    }

    private static int activeMsMax(int durationMs, int keystrokes) {
        return Math.min(durationMs, keystrokes * SessionState.ACTIVE_INTERVAL_MS_MAX);
    }

    private static void requireWithin(String field, int value, int max) {
        if (value < 0 || value > max) {
            throw new IllegalArgumentException(field + " is " + value + "; must be from 0 to " + max);
        }
    }

    private static void requireShare(String field, float value) {
        if (!(value >= 0 && value <= 1)) {
            throw new IllegalArgumentException(field + " is " + value + "; must be from 0 to 1");
        }
    }

    public long endedAtMs() {
        return startedAtMs + durationMs;
    }
}
