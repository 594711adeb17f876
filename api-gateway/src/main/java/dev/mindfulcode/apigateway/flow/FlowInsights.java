package dev.mindfulcode.apigateway.flow;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mindfulcode.flowengine.Recommendation;
import dev.mindfulcode.flowengine.insight.Insight;
import java.time.LocalDate;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sentences about somebody's past, each with what it stands on, over whole days up to yesterday, so that they do not
 * change within a day.
 *
 * @param on the day in the user's time zone that they are for
 * @param missing what cannot be said yet
 */
public record FlowInsights(String timeZone, LocalDate on, List<OneInsight> insights, List<InsufficientData> missing) {

    /**
     * @param id stable, for example {@code peak-hour}
     * @param confidence 0.5 to 0.99, see docs/insights.md
     * @param dataPoints independent observations: hours, periods, sessions, days or weeks
     * @param suggestion what might help; null where there is nothing, or it was said not long ago
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
     * @param measure what is measured, with its unit last
     * @param reference what it is set against; null where the sentence only says how much
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record Numbers(
            String measure, EstimateView estimate, @Nullable Double reference) {}
}
