package dev.mindfulcode.apigateway.alerts;

import dev.mindfulcode.apigateway.alerts.TeamAlertView.Delivery;
import dev.mindfulcode.schemas.TeamAlert;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Maps rows of {@code gateway.team_alerts}. */
final class AlertRows {

    private AlertRows() {}

    static TeamAlert alert(Readable row) {
        return TeamAlert.newBuilder()
                .setAlertId(of(row, "alert_id", UUID.class))
                .setTeamId(of(row, "team_id", UUID.class))
                .setRuleId(of(row, "rule_id", UUID.class))
                .setIndicator(of(row, "indicator", String.class))
                .setValue(of(row, "value", Double.class))
                .setLow(of(row, "low", Double.class))
                .setHigh(of(row, "high", Double.class))
                .setThreshold(of(row, "threshold", Double.class))
                .setReference(of(row, "reference", Double.class))
                .setDataPoints(of(row, "data_points", Integer.class))
                .setRecentDays(of(row, "recent_days", Integer.class))
                .setFrom(of(row, "from_at", Instant.class))
                .setTo(of(row, "to_at", Instant.class))
                .build();
    }

    /** Returns null without a webhook. */
    static @Nullable Delivery delivery(Readable row) {
        if (!of(row, "channel", String.class).equals("webhook")) {
            return null;
        }
        String status = row.get("delivered_at", Instant.class) != null
                ? "delivered"
                : row.get("given_up_at", Instant.class) != null ? "given_up" : "pending";
        return new Delivery(
                status,
                of(row, "attempts", Integer.class),
                row.get("next_attempt_at", Instant.class),
                row.get("failure", String.class));
    }

    private static <T> T of(Readable row, String column, Class<T> type) {
        return Objects.requireNonNull(row.get(column, type), column);
    }
}
