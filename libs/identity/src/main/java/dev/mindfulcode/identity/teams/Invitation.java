package dev.mindfulcode.identity.teams;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An invitation as the owners and admins of the team see it.
 *
 * @param state {@value #PENDING} or {@value #DECLINED}
 * @param code null except in the response that created the invitation
 */
public record Invitation(
        UUID invitationId,
        String email,
        String role,
        String state,
        Instant createdAt,
        Instant expiresAt,
        @Nullable String code) {

    public static final String PENDING = "pending";
    public static final String DECLINED = "declined";

    /** Without address and code. */
    @Override
    public String toString() {
        return "Invitation[" + invitationId + "]";
    }
}
