package dev.mindfulcode.identity.teams;

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

    Member withEmail(@Nullable String address) {
        return new Member(userId, address, role, consent, joinedAt);
    }

    /** Without the address, which is personal. */
    @Override
    public String toString() {
        return "Member[" + userId + "]";
    }
}
