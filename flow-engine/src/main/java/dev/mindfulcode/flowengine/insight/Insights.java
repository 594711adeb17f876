package dev.mindfulcode.flowengine.insight;

import dev.mindfulcode.flowengine.Interruption;
import dev.mindfulcode.flowengine.Recommendation;
import dev.mindfulcode.flowengine.insight.Insight.Basis;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The rules from a person's history to sentences. None applies without its minimum of data. */
public final class Insights {

    private static final long WEEK_MS = 7 * Recommendation.DAY_MS;

    private Insights() {}

    /** The statistics of a person, each with its own minimum of data. */
    public record History(
            PeakHours hours,
            Survival flowPeriods,
            FlowEndings endings,
            Resumption resumption,
            Languages languages,
            List<StrainIndicator> indicators) {}

    /**
     * Returns all insights, most significant first. {@link Recommendation#choose} selects among their suggestions.
     */
    public static List<Insight> from(History history) {
        List<Insight> found = new ArrayList<>();
        history.indicators().forEach(indicator -> addStrain(found, indicator));
        addResumption(found, history.resumption());
        addPeakHour(found, history.hours());
        addEnding(found, history.endings());
        addLength(found, history.flowPeriods());
        addLanguage(found, history.languages());
        return List.copyOf(found);
    }

    private static void addStrain(List<Insight> found, StrainIndicator indicator) {
        Estimate value = indicator.value();
        if (value == null) {
            return;
        }
        if (indicator.isElevated()) {
            found.add(strain(indicator, value));
        } else if (indicator.kind() == StrainIndicator.Kind.FALLING_FLOW
                && Significance.holds(1 - indicator.unfavourableP())) {
            found.add(Insight.side(
                    "rising-flow",
                    "Your share of time in flow, as read here, has been rising over the weeks.",
                    "flow_share_change_per_week",
                    value,
                    0,
                    1 - indicator.unfavourableP(),
                    Basis.DAYS,
                    null));
        }
    }

    private static Insight strain(StrainIndicator indicator, Estimate value) {
        String id = indicator.kind().name().toLowerCase(Locale.ROOT).replace('_', '-');
        String text = switch (indicator.kind()) {
            case OUTSIDE_USUAL_HOURS -> "More of your work lay outside your usual hours than before.";
            case WEEKEND_SHARE -> "More of your work fell on weekends than before.";
            case LONG_STRETCHES ->
                "In the last two weeks you worked two hours or more without a break of five minutes on most days.";
            case FALLING_FLOW -> "Your share of time in flow, as read here, has been falling over the weeks.";
            case RISING_ERRORS -> "Corrections and failed builds have become more frequent over the weeks.";
            case RISING_FRAGMENTATION -> "You switch context more often than some weeks ago.";
        };
        String measure = switch (indicator.kind()) {
            case OUTSIDE_USUAL_HOURS -> "active_share_outside_usual_hours";
            case WEEKEND_SHARE -> "active_share_on_weekends";
            case LONG_STRETCHES -> "share_of_days_with_a_long_stretch";
            case FALLING_FLOW -> "flow_share_change_per_week";
            case RISING_ERRORS -> "errors_per_keystroke_change_per_week";
            case RISING_FRAGMENTATION -> "context_switches_per_hour_change_per_week";
        };
        String help = switch (indicator.kind()) {
            case OUTSIDE_USUAL_HOURS -> "An evening off may do good.";
            case WEEKEND_SHARE -> "A weekend without work may do good.";
            case LONG_STRETCHES -> "Short breaks may help.";
            case FALLING_FLOW -> "A stretch of the day without appointments may help.";
            case RISING_ERRORS -> "A smaller next step may help.";
            case RISING_FRAGMENTATION -> "Closing what a task does not need may help.";
        };
        Basis basis = switch (indicator.kind()) {
            case OUTSIDE_USUAL_HOURS -> Basis.HOURS;
            case LONG_STRETCHES -> Basis.STRETCHES;
            case WEEKEND_SHARE, FALLING_FLOW, RISING_ERRORS, RISING_FRAGMENTATION -> Basis.DAYS;
        };
        return Insight.side(
                id,
                text,
                measure,
                value,
                indicator.reference(),
                indicator.unfavourableP(),
                basis,
                suggestion(id, help, value, WEEK_MS));
    }

    private static void addResumption(List<Insight> found, Resumption resumption) {
        Estimate lag = resumption.lagMs();
        if (lag != null && Double.isFinite(lag.value())) {
            found.add(Insight.amount(
                    "resumption-lag",
                    "After half of the interruptions it took at least as long as shown until flow was read again.",
                    "resumption_lag_ms",
                    lag,
                    Basis.PERIODS,
                    null));
        }
    }

    private static void addPeakHour(List<Insight> found, PeakHours hours) {
        hours.hours().stream()
                .filter(PeakHours.Hour::peak)
                .min(Comparator.comparingDouble(PeakHours.Hour::aboveP))
                .ifPresent(hour -> found.add(Insight.side(
                        "peak-hour",
                        String.format(
                                Locale.ROOT,
                                "From %02d:00 to %02d:00 your readings were higher than on the average of your hours.",
                                hour.hour(),
                                (hour.hour() + 1) % 24),
                        "mean_intensity",
                        hour.intensity(),
                        hours.mean(),
                        hour.aboveP(),
                        Basis.HOURS,
                        suggestion(
                                "peak-hour",
                                "Keep that hour free of meetings if you can.",
                                hour.intensity(),
                                WEEK_MS))));
    }

    private static void addEnding(List<Insight> found, FlowEndings endings) {
        for (FlowEndings.Ending ending : endings.endings()) {
            String how = ending(ending.by());
            if (how != null && Significance.holds(ending.mostP())) {
                String help = help(ending.by());
                found.add(Insight.side(
                        "usual-ending",
                        "Most of your flow periods ended " + how + ".",
                        "share_of_flow_periods",
                        ending.share(),
                        0.5,
                        ending.mostP(),
                        Basis.PERIODS,
                        help == null ? null : suggestion("usual-ending", help, ending.share(), 2 * WEEK_MS)));
            }
        }
    }

    private static @Nullable String ending(Interruption by) {
        return switch (by) {
            case IDLE -> "by a pause of typing";
            case CONTEXT_SWITCH -> "by switching files";
            case LEFT_WINDOW -> "by leaving the window";
            case ERRORS -> "amid corrections or failed builds";
            case RHYTHM_LOST -> "as the rhythm of typing let go";
            case SESSION_ENDED -> "with the session, unbroken";
            case UNKNOWN -> null;
        };
    }

    private static @Nullable String help(Interruption by) {
        return switch (by) {
            case CONTEXT_SWITCH -> "Opening what a task needs before it begins may help.";
            case ERRORS -> "A smaller next step may help.";
            case LEFT_WINDOW -> "Holding messages until a stop may help.";
            case IDLE, RHYTHM_LOST, SESSION_ENDED, UNKNOWN -> null;
        };
    }

    private static void addLength(List<Insight> found, Survival flowPeriods) {
        if (flowPeriods.endsMissing() > 0) {
            return;
        }
        Estimate length = flowPeriods.quantileMs(0.5);
        if (Double.isFinite(length.value())) {
            found.add(Insight.amount(
                    "period-length",
                    "Half of your flow periods last at least as long as shown.",
                    "flow_period_ms",
                    length,
                    Basis.PERIODS,
                    suggestion("period-length", "Quiet time of that length is worth planning.", length, 2 * WEEK_MS)));
        }
    }

    private static void addLanguage(List<Insight> found, Languages languages) {
        languages.languages().stream()
                .filter(Languages.Language::above)
                .min(Comparator.comparingDouble(Languages.Language::aboveP))
                .ifPresent(language -> found.add(Insight.side(
                        "language",
                        "In sessions marked " + language.name()
                                + ", more of your active time was read as flow than on the average of your languages.",
                        "flow_share",
                        language.flowShare(),
                        languages.mean(),
                        language.aboveP(),
                        Basis.SESSIONS,
                        null)));
    }

    private static Recommendation suggestion(String id, String text, Estimate value, long coolDownMs) {
        return new Recommendation(id, text, numbers(value), coolDownMs);
    }

    private static String numbers(Estimate estimate) {
        return String.format(
                Locale.ROOT,
                "%.3g (95 %% interval %.3g to %.3g, n = %d)",
                estimate.value(),
                estimate.low(),
                estimate.high(),
                estimate.samples());
    }
}
