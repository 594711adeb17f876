package dev.mindfulcode.identity.teams;

import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.Objects;
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

    static Invitation of(Readable row) {
        return new Invitation(
                Objects.requireNonNull(row.get("invitation_id", UUID.class)),
                Objects.requireNonNull(row.get("email", String.class)),
                Objects.requireNonNull(row.get("role", String.class)),
                Boolean.TRUE.equals(row.get("declined", Boolean.class)) ? DECLINED : PENDING,
                Objects.requireNonNull(row.get("created_at", Instant.class)),
                Objects.requireNonNull(row.get("expires_at", Instant.class)),
                null);
    }

    /** Without address and code. */
    @Override
    public String toString() {
        return "Invitation[" + invitationId + "]";
    }
}
