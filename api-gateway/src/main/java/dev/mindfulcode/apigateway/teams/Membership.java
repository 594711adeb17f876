package dev.mindfulcode.apigateway.teams;

import dev.mindfulcode.schemas.TeamMember;
import dev.mindfulcode.webkit.problems.ProblemType;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.UUID;

/**
 * That somebody belongs to a team.
 *
 * @param plan the team's
 */
record Membership(
        UUID teamId, UUID userId, Role role, boolean consent, Instant joinedAt, Instant changedAt, Plan plan) {

    static Membership of(Readable row) {
        return new Membership(
                row.get("team_id", UUID.class),
                row.get("user_id", UUID.class),
                Role.of(row.get("role", String.class)),
                row.get("consent", Boolean.class),
                row.get("joined_at", Instant.class),
                row.get("changed_at", Instant.class),
                Plan.of(row.get("plan", String.class)));
    }

    /** The one gate of what a plan opens: returns this where the team's plan is premium, or refuses with 403. */
    Membership onPremium() {
        if (plan != Plan.PREMIUM) {
            throw ProblemType.PLAN_NEEDED.withDetail("This needs the team's plan to be premium.");
        }
        return this;
    }

    Membership as(Role next, Instant now) {
        return new Membership(teamId, userId, next, consent, joinedAt, now, plan);
    }

    Membership with(boolean given, Instant now) {
        return new Membership(teamId, userId, role, given, joinedAt, now, plan);
    }

    /** Under which it lies in the topic {@code team-members}. */
    String key() {
        return teamId + ":" + userId;
    }

    TeamMember event() {
        return TeamMember.newBuilder()
                .setTeamId(teamId)
                .setUserId(userId)
                .setRole(role.wire())
                .setConsent(consent)
                .setJoinedAt(joinedAt)
                .setChangedAt(changedAt)
                .build();
    }
}
