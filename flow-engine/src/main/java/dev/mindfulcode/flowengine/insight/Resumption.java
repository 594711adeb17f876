package dev.mindfulcode.flowengine.insight;

import dev.mindfulcode.flowengine.Interruption;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The time until flow returned: from the end of an interrupted period to the start of the next one in the same session,
 * censored if the session ended before ({@link Survival}).
 *
 * <p>There is no cost of an interruption: after the end of a period there is less flow than within one by definition,
 * whether or not the interruption changed anything.
 *
 * @param lagMs median with its interval; null while {@code lagsMissing} is above 0
 * @param lagsMissing number of further resumptions needed
 */
public record Resumption(@Nullable Estimate lagMs, int lagsMissing) {

    /** Maximum number of periods, the latest ones. */
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

        boolean isInterrupted() {
            return endedBy != Interruption.SESSION_ENDED && endedBy != Interruption.UNKNOWN;
        }
    }

    /** @param periods in any order */
    public static Resumption of(List<Period> periods) {
        List<Period> inOrder = new ArrayList<>(periods);
        inOrder.sort(Comparator.comparingLong(Period::startedAtMs));
        List<Period> latest = inOrder.subList(Math.max(0, inOrder.size() - PERIODS_MAX), inOrder.size());
        Survival lags = Survival.of(lags(latest));
        return new Resumption(lags.endsMissing() > 0 ? null : lags.quantileMs(0.5), lags.endsMissing());
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
}
