package dev.mindfulcode.apigateway.alerts;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mindfulcode.apigateway.flow.EstimateView;
import dev.mindfulcode.flowengine.insight.Estimate;
import dev.mindfulcode.flowengine.insight.TeamIndicator;
import dev.mindfulcode.schemas.TeamAlert;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An alert as the API and webhooks show it.
 *
 * @param from start of the compared days
 * @param to end of them, exclusive
 * @param delivery null without a webhook
 */
public record TeamAlertView(
        UUID alertId,
        UUID teamId,
        UUID ruleId,
        String indicator,
        String text,
        String unit,
        EstimateView estimate,
        double threshold,
        double reference,
        String window,
        Instant from,
        Instant to,

        @JsonInclude(JsonInclude.Include.NON_NULL) @Nullable Delivery delivery) {

    /** @param status pending, delivered or given_up */
    public record Delivery(
            String status,
            int attempts,
            @Nullable Instant nextAttemptAt,
            @Nullable String failure) {}

    /** Returns null for an indicator that this release does not know. */
    public static @Nullable TeamAlertView of(TeamAlert alert) {
        return of(alert, null);
    }

    static @Nullable TeamAlertView of(TeamAlert alert, @Nullable Delivery delivery) {
        TeamIndicator.Kind kind = TeamIndicator.Kind.parse(alert.getIndicator());
        if (kind == null || !isPlausible(alert)) {
            return null;
        }
        Estimate estimate = new Estimate(alert.getValue(), alert.getLow(), alert.getHigh(), alert.getDataPoints());
        TeamIndicator seen = new TeamIndicator(
                kind,
                estimate,
                alert.getReference(),
                0,
                0,
                dayOf(alert.getFrom()),
                dayOf(alert.getTo().minusMillis(1)));
        return new TeamAlertView(
                alert.getAlertId(),
                alert.getTeamId(),
                alert.getRuleId(),
                kind.text(),
                seen.text(),
                kind.unit(),
                EstimateView.of(estimate),
                alert.getThreshold(),
                EstimateView.rounded(alert.getReference()),
                Lookback.ofDays(alert.getRecentDays()).text(),
                alert.getFrom(),
                alert.getTo(),
                delivery);
    }

    /** Whether the numbers are consistent. */
    static boolean isPlausible(TeamAlert alert) {
        return alert.getLow() <= alert.getValue()
                && alert.getValue() <= alert.getHigh()
                && Double.isFinite(alert.getLow())
                && Double.isFinite(alert.getHigh())
                && Double.isFinite(alert.getThreshold())
                && Double.isFinite(alert.getReference())
                && alert.getFrom().isBefore(alert.getTo());
    }

    private static LocalDate dayOf(Instant time) {
        return time.atZone(ZoneOffset.UTC).toLocalDate();
    }
}
