package dev.mindfulcode.ingestservice;

import org.jspecify.annotations.Nullable;

/**
 * The shift by which all batches of one session in an upload are moved into the accepted time window, with their
 * spacing unchanged.
 *
 * @param ms added to each time of the client; never 0
 */
record TimeShift(long ms, ShiftReason reason) {

    private static final long LATENESS_MS_MAX = UploadLimits.LATENESS_MAX.toMillis();
    private static final long EARLINESS_MS_MAX = UploadLimits.EARLINESS_MAX.toMillis();
    private static final long CLOCK_TOLERANCE_MS = UploadLimits.CLOCK_TOLERANCE.toMillis();
    private static final long PAST_MARGIN_MS = UploadLimits.PAST_MARGIN.toMillis();

    /**
     * Returns the shift of a session: the first of these candidates that moves all of the session into the window.
     *
     * <ol>
     *   <li>the shift of the session's earlier uploads, unless {@code sent_at} contradicts it
     *   <li>the clock error that {@code sent_at} shows; none if it is absent or within
     *       {@link UploadLimits#CLOCK_TOLERANCE}
     *   <li>the shift of the earlier uploads
     *   <li>a new one: a session that would end in the future ends at the time of receipt, one that would start before
     *       the window starts {@link UploadLimits#PAST_MARGIN} inside
     * </ol>
     *
     * A session longer than the window is placed by its end.
     *
     * @param firstMs earliest start of a batch of the session by the client's clock, epoch milliseconds
     * @param lastMs latest end of one, not before {@code firstMs}
     * @param receivedMs by the server's clock
     * @param clockErrorMs the time at which the upload arrived minus its {@code sent_at}; null without one
     * @param earlier shift of the session's previous upload; null without one
     * @return null if nothing moves
     */
    static @Nullable TimeShift choose(
            long firstMs, long lastMs, long receivedMs, @Nullable Long clockErrorMs, @Nullable TimeShift earlier) {
        TimeShift usable = earlier != null && fits(firstMs, lastMs, earlier.ms, receivedMs) ? earlier : null;
        if (usable != null && (clockErrorMs == null || usable.agreesWith(clockErrorMs))) {
            return usable;
        }
        long clockMs = clockErrorMs == null || Math.abs(clockErrorMs) <= CLOCK_TOLERANCE_MS ? 0 : clockErrorMs;
        if (fits(firstMs, lastMs, clockMs, receivedMs)) {
            return of(clockMs, ShiftReason.CLIENT_CLOCK);
        }
        return usable != null ? usable : fitted(firstMs, lastMs, receivedMs, clockMs);
    }

    /** A session that was too old keeps its shift: otherwise the rest of its queue would overlap it. */
    private boolean agreesWith(long clockErrorMs) {
        return reason == ShiftReason.PAST || Math.abs(ms - clockErrorMs) <= CLOCK_TOLERANCE_MS;
    }

    private static @Nullable TimeShift fitted(long firstMs, long lastMs, long receivedMs, long clockMs) {
        long endsNow = receivedMs - lastMs;
        if (lastMs + clockMs > receivedMs + EARLINESS_MS_MAX) {
            return of(endsNow, ShiftReason.FUTURE);
        }
        long startsInside = receivedMs - LATENESS_MS_MAX + PAST_MARGIN_MS - firstMs;
        long shiftMs = Math.min(startsInside, endsNow);
        if (fits(firstMs, lastMs, shiftMs, receivedMs)) {
            return of(shiftMs, ShiftReason.PAST);
        }
        // Longer than the window: batches whose start does not fit are rejected.
        return lastMs + clockMs < receivedMs - LATENESS_MS_MAX
                ? of(endsNow, ShiftReason.PAST)
                : of(clockMs, ShiftReason.CLIENT_CLOCK);
    }

    private static boolean fits(long firstMs, long lastMs, long shiftMs, long receivedMs) {
        return !isTooOld(firstMs + shiftMs, receivedMs) && lastMs + shiftMs <= receivedMs + EARLINESS_MS_MAX;
    }

    /** Returns whether a batch that starts at this time is before the window. */
    static boolean isTooOld(long startedMs, long receivedMs) {
        return startedMs < receivedMs - LATENESS_MS_MAX;
    }

    private static @Nullable TimeShift of(long ms, ShiftReason reason) {
        return ms == 0 ? null : new TimeShift(ms, reason);
    }
}
