package dev.mindfulcode.engine.insight;

import dev.mindfulcode.engine.Recommendation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The rules from a person's history to recommendations. None fires without the minimum data of what it rests on. */
public final class Advice {
    private static final long WEEK_MS = 7 * Recommendation.DAY_MS;
    private static final double MINUTE_MS = 60_000;

    private Advice() {}

    /** Returns everything that the rules find, most telling first; {@link Recommendation#choose} picks what is shown. */
    public static List<Recommendation> from(
            PeakHours hours, Survival flowPeriods, Resumption resumption, List<StrainIndicator> indicators) {
        List<Recommendation> found = new ArrayList<>();
        for (StrainIndicator indicator : indicators) {
            Estimate value = indicator.value();
            if (indicator.standsOut() && value != null) {
                found.add(of(indicator.kind(), value));
            }
        }
        Estimate cost = resumption.costMs();
        if (cost != null && cost.low() > 0) {
            found.add(new Recommendation(
                    "interruption-cost",
                    "After an interruption you had less high-reading time than in comparable stretches without one: "
                            + "bundling messages may help.",
                    "minutes less in the next 30: " + numbers(cost, 1 / MINUTE_MS),
                    WEEK_MS));
        }
        hours.hours().stream()
                .filter(PeakHours.Hour::peak)
                .max(java.util.Comparator.comparingDouble(
                        hour -> hour.intensity().low()))
                .ifPresent(hour -> found.add(new Recommendation(
                        "peak-hour",
                        String.format(
                                Locale.ROOT,
                                "Your readings were highest from %02d:00 to %02d:00: keep that hour free of meetings if you can.",
                                hour.hour(),
                                (hour.hour() + 1) % 24),
                        "mean intensity: " + numbers(hour.intensity(), 1),
                        WEEK_MS)));
        if (flowPeriods.endsMissing() == 0) {
            Estimate length = flowPeriods.quantileMs(0.5);
            if (Double.isFinite(length.value())) {
                found.add(new Recommendation(
                        "period-length",
                        "Half of your high-reading stretches last at least as long as shown: plan quiet time of that length.",
                        "minutes: " + numbers(length, 1 / MINUTE_MS),
                        2 * WEEK_MS));
            }
        }
        return List.copyOf(found);
    }

    private static Recommendation of(StrainIndicator.Kind kind, Estimate value) {
        String text = switch (kind) {
            case OUTSIDE_USUAL_HOURS ->
                "You worked more outside your usual hours than before: an evening off may do good.";
            case WEEKEND_SHARE -> "More of your work fell on weekends than before.";
            case LONG_STRETCHES ->
                "On most days you worked two hours or more without a break of five minutes: short breaks may help.";
            case FALLING_FLOW -> "Your share of time in flow, as read here, has been falling over the weeks.";
            case RISING_ERRORS -> "Corrections and failed builds have become more frequent over the weeks.";
            case RISING_FRAGMENTATION -> "You switch context more often than some weeks ago.";
        };
        String id = kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
        return new Recommendation(id, text, id + ": " + numbers(value, 1), WEEK_MS);
    }

    private static String numbers(Estimate estimate, double scale) {
        return String.format(
                Locale.ROOT,
                "%.3g (95 %% interval %.3g to %.3g, n = %d)",
                estimate.value() * scale,
                estimate.low() * scale,
                estimate.high() * scale,
                estimate.samples());
    }
}
