package dev.mindfulcode.identity.teams;

import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.UUID;

/**
 * A team as one of its members sees it.
 *
 * @param role of that member
 * @param consent of that member
 * @param members how many the team has
 */
public record Team(
        UUID teamId, String name, String plan, String role, boolean consent, long members, Instant createdAt) {

    static Team of(Readable row) {
        return new Team(
                row.get("team_id", UUID.class),
                row.get("name", String.class),
                row.get("plan", String.class),
                row.get("role", String.class),
                row.get("consent", Boolean.class),
                row.get("members", Long.class),
                row.get("created_at", Instant.class));
    }
}
