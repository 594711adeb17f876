package dev.mindfulcode.identity.teams;

import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

/** An invitation as the account with the invited address sees it: without the team, which the code reveals. */
public record ReceivedInvitation(UUID invitationId, String role, Instant createdAt, Instant expiresAt) {

    static ReceivedInvitation of(Readable row) {
        return new ReceivedInvitation(
                Objects.requireNonNull(row.get("invitation_id", UUID.class)),
                Objects.requireNonNull(row.get("role", String.class)),
                Objects.requireNonNull(row.get("created_at", Instant.class)),
                Objects.requireNonNull(row.get("expires_at", Instant.class)));
    }
}
