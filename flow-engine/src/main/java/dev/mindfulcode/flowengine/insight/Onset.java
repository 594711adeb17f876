package dev.mindfulcode.flowengine.insight;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The position in their sessions at which a person's flow periods began, and the time to the first one.
 *
 * <p>There is no comparison of the minutes before flow with other minutes: the model reads flow from a quiet, steady
 * stretch, so such a stretch precedes its reading by definition.
 *
 * @param ways the share of each {@link Way}, with Wilson's interval; empty while {@code startsMissing} is above 0
 * @param startsMissing number of further periods needed
 * @param firstFlowAfterMs median time from a session's first keystroke to its first flow, sessions without flow being
 *     censored; null while {@code firstsMissing} is above 0
 * @param firstsMissing number of further sessions with flow needed
 */
public record Onset(
        List<Began> ways, int startsMissing, @Nullable Estimate firstFlowAfterMs, int firstsMissing) {

    public static final int STARTS_MIN = 10;

    /** Time after a session's first keystroke within which flow began with the session. A convention. */
    private static final long WITH_THE_SESSION_MS = 10 * 60_000;

    /** The position of a flow period in its session. */
    public enum Way {
        /** The session's first, within ten minutes of its first keystroke. */
        WITH_THE_SESSION,
        /** The session's first, later than that. */
        LATER_IN_THE_SESSION,
        /** After another period of the same session had ended. */
        AFTER_AN_INTERRUPTION
    }

    public record Began(Way way, int count, Estimate share) {}

    /**
     * The start of one flow period.
     *
     * @param sinceSessionMs time since the session's first keystroke
     * @param firstOfSession whether it is the first period of its session
     */
    public record Start(long sinceSessionMs, boolean firstOfSession) {}

    /**
     * @param starts starts of all flow periods
     * @param firsts one per session: the time to its first flow, or its length, censored, without flow
     */
    public static Onset of(List<Start> starts, List<Survival.Observation> firsts) {
        Survival first = Survival.of(firsts);
        Estimate firstAfterMs = first.endsMissing() > 0 ? null : first.quantileMs(0.5);
        if (starts.size() < STARTS_MIN) {
            return new Onset(List.of(), STARTS_MIN - starts.size(), firstAfterMs, first.endsMissing());
        }
        Map<Way, Integer> counts = new EnumMap<>(Way.class);
        starts.forEach(start -> counts.merge(way(start), 1, Integer::sum));
        List<Began> ways = new ArrayList<>();
        counts.forEach((way, count) -> ways.add(new Began(way, count, Means.share(count, starts.size()))));
        return new Onset(List.copyOf(ways), 0, firstAfterMs, first.endsMissing());
    }

    private static Way way(Start start) {
        if (!start.firstOfSession()) {
            return Way.AFTER_AN_INTERRUPTION;
        }
        return start.sinceSessionMs() <= WITH_THE_SESSION_MS ? Way.WITH_THE_SESSION : Way.LATER_IN_THE_SESSION;
    }
}
