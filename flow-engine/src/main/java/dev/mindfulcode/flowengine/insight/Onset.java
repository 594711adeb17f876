package dev.mindfulcode.flowengine.insight;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * The circumstances in which a person's flow periods began. They precede flow and need not cause it.
 *
 * @param ways the share of each {@link Way}, with Wilson's interval; empty while {@code startsMissing} is above 0
 * @param leadIns measures of the {@link #BEFORE_MS} before a start, compared with all active time; empty with too few
 * @param startsMissing number of further periods needed
 * @param firstFlowAfterMs median time from a session's first keystroke to its first flow, sessions without flow being
 *     censored; null while {@code firstsMissing} is above 0
 * @param firstsMissing number of further sessions with flow needed
 */
public record Onset(
        List<Began> ways,
        List<LeadIn> leadIns,
        int startsMissing,
        @Nullable Estimate firstFlowAfterMs,
        int firstsMissing) {

    /** Length of the lead-in before a start. A convention. */
    public static final long BEFORE_MS = 10 * 60_000;

    public static final int STARTS_MIN = 10;

    /** Minimum activity in a lead-in. */
    private static final long ACTIVE_MS_MIN = 60_000;

    private static final long KEYSTROKES_MIN = 20;

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

    /** A measure of the lead-in. */
    public enum Measure {
        /** Context switches in ten minutes of activity. */
        CONTEXT_SWITCHES,
        /** Corrections and failed builds in a hundred keystrokes. */
        ERRORS
    }

    /**
     * The lead-ins by one measure.
     *
     * @param before mean over starts, with the wider of Student's interval and that of the count
     * @param usually the same over all active time
     * @param differs whether the whole interval is on one side of {@code usually}
     */
    public record LeadIn(Measure measure, Estimate before, double usually, boolean differs) {}

    /** Sums over a span of minutes. */
    public record Span(long activeMs, long keystrokes, long errors, long contextSwitches) {
        Span plus(Span other) {
            return new Span(
                    activeMs + other.activeMs,
                    keystrokes + other.keystrokes,
                    errors + other.errors,
                    contextSwitches + other.contextSwitches);
        }
    }

    /**
     * The start of one flow period.
     *
     * @param sinceSessionMs time since the session's first keystroke
     * @param firstOfSession whether it is the first period of its session
     * @param before sums of the {@link #BEFORE_MS} before it
     */
    public record Start(long sinceSessionMs, boolean firstOfSession, Span before) {}

    /**
     * @param starts starts of all flow periods
     * @param firsts one per session: the time to its first flow, or its length, censored, without flow
     * @param all sums over all minutes, in and out of flow
     */
    public static Onset of(List<Start> starts, List<Survival.Observation> firsts, Span all) {
        Survival first = Survival.of(firsts);
        Estimate firstAfterMs = first.endsMissing() > 0 ? null : first.quantileMs(0.5);
        if (starts.size() < STARTS_MIN) {
            return new Onset(List.of(), List.of(), STARTS_MIN - starts.size(), firstAfterMs, first.endsMissing());
        }
        Map<Way, Integer> counts = new EnumMap<>(Way.class);
        starts.forEach(start -> counts.merge(way(start), 1, Integer::sum));
        List<Began> ways = new ArrayList<>();
        counts.forEach((way, count) -> ways.add(new Began(way, count, Means.share(count, starts.size()))));
        List<LeadIn> leadIns = new ArrayList<>();
        for (Measure measure : Measure.values()) {
            LeadIn leadIn = leadIn(measure, starts, all);
            if (leadIn != null) {
                leadIns.add(leadIn);
            }
        }
        return new Onset(List.copyOf(ways), List.copyOf(leadIns), 0, firstAfterMs, first.endsMissing());
    }

    private static Way way(Start start) {
        if (!start.firstOfSession()) {
            return Way.AFTER_AN_INTERRUPTION;
        }
        return start.sinceSessionMs() <= BEFORE_MS ? Way.WITH_THE_SESSION : Way.LATER_IN_THE_SESSION;
    }

    private static @Nullable LeadIn leadIn(Measure measure, List<Start> starts, Span all) {
        List<Span> spans = starts.stream()
                .map(Start::before)
                .filter(span -> isEnough(measure, span))
                .toList();
        if (spans.size() < STARTS_MIN || !isEnough(measure, all)) {
            return null;
        }
        Estimate before = before(measure, spans);
        double usually = of(measure).applyAsDouble(all);
        return new LeadIn(measure, before, usually, before.low() > usually || before.high() < usually);
    }

    /**
     * The wider of two intervals: Student's over the starts, and that of the count. Starts that were all alike, none
     * with a switch, say, have no spread of their own, and yet are few.
     */
    private static Estimate before(Measure measure, List<Span> spans) {
        Estimate ofStarts = Means.of(spans.stream().mapToDouble(of(measure)).toArray(), 0, Double.MAX_VALUE);
        Span all = spans.stream().reduce(new Span(0, 0, 0, 0), Span::plus);
        Estimate ofCount = switch (measure) {
            case CONTEXT_SWITCHES -> Means.rate(all.contextSwitches(), all.activeMs() / (double) BEFORE_MS);
            case ERRORS -> Means.rate(all.errors(), all.keystrokes() / 100.0);
        };
        return new Estimate(
                ofStarts.value(),
                Math.min(ofStarts.low(), ofCount.low()),
                Math.max(ofStarts.high(), ofCount.high()),
                ofStarts.samples());
    }

    private static boolean isEnough(Measure measure, Span span) {
        return switch (measure) {
            case CONTEXT_SWITCHES -> span.activeMs() >= ACTIVE_MS_MIN;
            case ERRORS -> span.keystrokes() >= KEYSTROKES_MIN;
        };
    }

    private static ToDoubleFunction<Span> of(Measure measure) {
        return switch (measure) {
            case CONTEXT_SWITCHES -> span -> span.contextSwitches() * (double) BEFORE_MS / span.activeMs();
            case ERRORS -> span -> 100.0 * span.errors() / span.keystrokes();
        };
    }
}
