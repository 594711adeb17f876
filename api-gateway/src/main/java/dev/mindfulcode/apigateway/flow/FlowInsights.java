package dev.mindfulcode.apigateway.flow;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mindfulcode.flowengine.Recommendation;
import dev.mindfulcode.flowengine.insight.Insight;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sentences about a user's history with their numbers, over whole days up to yesterday, so they do not change within a
 * day.
 *
 * @param on the current day in the user's time zone
 * @param missing data that further insights need
 */
public record FlowInsights(String timeZone, LocalDate on, List<OneInsight> insights, List<InsufficientData> missing) {

    /**
     * @param id stable, for example {@code peak-hour}
     * @param confidence 0.5 to 0.99, see docs/insights.md
     * @param dataPoints independent observations: hours, periods, sessions, days or weeks
     * @param suggestion something that may help; null without one, or if it was given recently
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record OneInsight(
            String id,
            String text,
            Numbers numbers,
            double confidence,
            int dataPoints,
            LocalDate from,
            LocalDate to,
            @Nullable String suggestion) {

        static OneInsight of(Insight insight, DateRange days, Set<String> suggested) {
            Recommendation suggestion = insight.suggestion();
            Double reference = insight.reference();
            return new OneInsight(
                    insight.id(),
                    insight.text(),
                    new Numbers(
                            insight.measure(),
                            EstimateView.of(insight.value()),
                            reference == null ? null : EstimateView.rounded(reference)),
                    EstimateView.rounded(insight.confidence()),
                    insight.value().samples(),
                    days.first(),
                    days.last(),
                    suggestion != null && suggested.contains(suggestion.id()) ? suggestion.text() : null);
        }
    }

    /**
     * @param measure name of the measure, with its unit last
     * @param reference value that the estimate is compared with; null for a plain amount
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record Numbers(
            String measure, EstimateView estimate, @Nullable Double reference) {}
}
