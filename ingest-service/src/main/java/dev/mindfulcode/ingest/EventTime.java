package dev.mindfulcode.ingest;

/**
 * When a batch began, as far as it can be believed.
 *
 * @param startedAtMs after clamping, in milliseconds since the epoch
 * @param clamped whether that is not what the client said
 */
record EventTime(long startedAtMs, boolean clamped) {

    private static final long LATENESS_MS_MAX = Limits.LATENESS_MAX.toMillis();
    private static final long EARLINESS_MS_MAX = Limits.EARLINESS_MAX.toMillis();

    /**
     * Moves a batch as a whole, never its rhythm, into [received − 31 days, received + 60 s]: its last keystroke as well as its
     * first, for a batch that starts now and ends tomorrow would take others' stream time along just the same.
     *
     * @param spanMs from the start to the last keystroke or signal, at most {@link Limits#BATCH_SPAN_MS_MAX}, which is less
     *     than the window is long
     */
    static EventTime clamp(long startedAtMs, long spanMs, long receivedAtMs) {
        long latest = receivedAtMs + EARLINESS_MS_MAX - spanMs;
        long earliest = receivedAtMs - LATENESS_MS_MAX;
        long believed = Math.clamp(startedAtMs, earliest, latest);
        return new EventTime(believed, believed != startedAtMs);
    }
}
