package dev.mindfulcode.identity.teams;

import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.UUID;

/**
 * The membership of a user in a team.
 *
 * @param consent whether the member's typing counts in the team's statistics
 * @param plan of the team
 */
public record Membership(
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

    public Membership withRole(Role next, Instant now) {
        return new Membership(teamId, userId, next, consent, joinedAt, now, plan);
    }

    public Membership withConsent(boolean given, Instant now) {
        return new Membership(teamId, userId, role, given, joinedAt, now, plan);
    }
}
