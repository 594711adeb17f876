package dev.mindfulcode.identity.teams;

import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A member as another member of the team sees them.
 *
 * @param email null unless the caller administers the team or is the member
 * @param consent null unless the caller is the member
 */
public record Member(
        UUID userId,
        @Nullable String email,
        String role,
        @Nullable Boolean consent,
        Instant joinedAt) {

    static Member of(Readable row, UUID callerId) {
        UUID userId = row.get("user_id", UUID.class);
        boolean isSelf = callerId.equals(userId);
        Role callersRole = Role.of(row.get("callers_role", String.class));
        return new Member(
                userId,
                isSelf || callersRole.administers() ? row.get("email", String.class) : null,
                row.get("role", String.class),
                isSelf ? row.get("consent", Boolean.class) : null,
                row.get("joined_at", Instant.class));
    }

    /** Without the address, which is personal. */
    @Override
    public String toString() {
        return "Member[" + userId + "]";
    }
}
