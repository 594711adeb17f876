package dev.mindfulcode.flowengine.insight;

import dev.mindfulcode.flowengine.Interruption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The effect of interruptions on one person: the time until flow returned, and the flow time that they cost.
 *
 * <p><b>Lag</b>: from the end of an interrupted period to the start of the next one in the same session, censored if
 * the session ended before ({@link Survival}).
 *
 * <p><b>Cost</b>: an interruption after L of flow is matched with every other period of the same person that lasted
 * longer than L (risk-set matching: Li, Propert and Rosenbaum, JASA 96, 2001). The cost is the mean flow time of the
 * matches in the {@link #HORIZON_MS} after that point, minus that after the interruption, with Student's interval over
 * interruptions. It is observational: interruptions may come when flow is fading anyway.
 *
 * @param lagMs median with its interval; null while {@code lagsMissing} is above 0
 * @param lagsMissing number of further resumptions needed
 * @param costMs mean flow time lost per interruption, at most {@link #HORIZON_MS} either way; null while
 *     {@code pairsMissing} is above 0
 * @param pairsMissing number of further interruptions with a match needed
 */
public record Resumption(
        @Nullable Estimate lagMs, int lagsMissing, @Nullable Estimate costMs, int pairsMissing) {

    /** Time after an interruption over which flow is compared. A convention. */
    public static final long HORIZON_MS = 30 * 60_000;

    /** Minimum matched interruptions for a useful interval. */
    public static final int PAIRS_MIN = 8;

    /** Maximum number of periods, the latest ones: matching is quadratic. */
    public static final int PERIODS_MAX = 1_000;

    /**
     * One closed flow period.
     *
     * @param startedAtMs epoch ms
     * @param endedAtMs epoch ms, not before the start
     * @param sessionEndedAtMs last activity of its session, epoch ms, not before the end
     * @param session the same number for the periods of one session
     * @param endedBy cause of the end
     */
    public record Period(long startedAtMs, long endedAtMs, long sessionEndedAtMs, int session, Interruption endedBy) {
        public Period {
            if (startedAtMs > endedAtMs || endedAtMs > sessionEndedAtMs) {
                throw new IllegalArgumentException("a period that ends before it starts, or after its session");
            }
        }

        long lengthMs() {
            return endedAtMs - startedAtMs;
        }

        boolean isInterrupted() {
            return endedBy != Interruption.SESSION_ENDED && endedBy != Interruption.UNKNOWN;
        }
    }

    /**
     * Computes lag and cost.
     *
     * @param periods in any order
     * @param observedUntilMs end of observation, epoch ms; interruptions later than the horizon before it have no
     *     cost yet
     */
    public static Resumption of(List<Period> periods, long observedUntilMs) {
        List<Period> inOrder = new ArrayList<>(periods);
        inOrder.sort(Comparator.comparingLong(Period::startedAtMs));
        List<Period> latest = inOrder.subList(Math.max(0, inOrder.size() - PERIODS_MAX), inOrder.size());
        Survival lags = Survival.of(lags(latest));
        double[] costs = costs(latest, observedUntilMs);
        return new Resumption(
                lags.endsMissing() > 0 ? null : lags.quantileMs(0.5),
                lags.endsMissing(),
                costs.length < PAIRS_MIN ? null : Means.of(costs, -HORIZON_MS, HORIZON_MS),
                Math.max(0, PAIRS_MIN - costs.length));
    }

    private static List<Survival.Observation> lags(List<Period> periods) {
        List<Survival.Observation> lags = new ArrayList<>();
        for (int i = 0; i < periods.size(); i++) {
            Period interrupted = periods.get(i);
            if (!interrupted.isInterrupted()) {
                continue;
            }
            long untilMs = interrupted.sessionEndedAtMs();
            boolean resumed = false;
            for (int j = i + 1; j < periods.size() && !resumed; j++) {
                if (periods.get(j).session() == interrupted.session()) {
                    untilMs = Math.max(periods.get(j).startedAtMs(), interrupted.endedAtMs());
                    resumed = true;
                }
            }
            lags.add(new Survival.Observation(untilMs - interrupted.endedAtMs(), resumed));
        }
        return lags;
    }

    private static double[] costs(List<Period> periods, long observedUntilMs) {
        double[] costs = new double[periods.size()];
        int pairs = 0;
        for (Period interrupted : periods) {
            if (!interrupted.isInterrupted() || interrupted.endedAtMs() + HORIZON_MS > observedUntilMs) {
                continue;
            }
            double matchedMs = 0;
            int matches = 0;
            for (Period other : periods) {
                long sameAgeMs = other.startedAtMs() + interrupted.lengthMs();
                if (other != interrupted
                        && other.lengthMs() > interrupted.lengthMs()
                        && sameAgeMs + HORIZON_MS <= observedUntilMs) {
                    matchedMs += flowAfterMs(periods, other, sameAgeMs);
                    matches++;
                }
            }
            if (matches > 0) {
                costs[pairs++] = matchedMs / matches - flowAfterMs(periods, interrupted, interrupted.endedAtMs());
            }
        }
        return java.util.Arrays.copyOf(costs, pairs);
    }

    /** Returns the flow time within the horizon after an instant, in the period that contains it and later ones. */
    private static double flowAfterMs(List<Period> periods, Period first, long fromMs) {
        long toMs = fromMs + HORIZON_MS;
        long flowMs = 0;
        int at = java.util.Collections.binarySearch(periods, first, Comparator.comparingLong(Period::startedAtMs));
        for (int i = at; i < periods.size() && periods.get(i).startedAtMs() < toMs; i++) {
            Period period = periods.get(i);
            flowMs += Math.max(0, Math.min(period.endedAtMs(), toMs) - Math.max(period.startedAtMs(), fromMs));
        }
        return Math.min(flowMs, HORIZON_MS);
    }
}
