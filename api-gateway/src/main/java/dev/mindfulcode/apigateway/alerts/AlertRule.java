package dev.mindfulcode.apigateway.alerts;

import dev.mindfulcode.flowengine.insight.TeamIndicator;
import dev.mindfulcode.schemas.TeamAlertRule;
import java.time.Instant;
import java.time.ZoneId;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An alert rule of a team.
 *
 * @param host of the webhook; null for the channel {@code live}
 */
record AlertRule(
        UUID ruleId,
        UUID teamId,
        TeamIndicator.Kind indicator,
        double threshold,
        Lookback window,
        ZoneId zone,
        @Nullable String host,
        Instant createdAt) {

    String channel() {
        return host == null ? "live" : "webhook";
    }

    /** Returns the key of a rule in the topic {@code team-alert-rules}. */
    static String key(UUID teamId, UUID ruleId) {
        return teamId + ":" + ruleId;
    }

    TeamAlertRule event() {
        return TeamAlertRule.newBuilder()
                .setTeamId(teamId)
                .setRuleId(ruleId)
                .setIndicator(indicator.text())
                .setThreshold(threshold)
                .setRecentDays(window.days())
                .setTimeZone(zone.getId())
                .setCreatedAt(createdAt)
                .build();
    }
}
