package dev.mindfulcode.identity.teams;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.identity.SealedColumn;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;

/** An invitation whose address is still encrypted, with a key that belongs to the invitation's id. */
@SuppressWarnings("ArrayRecordComponent") // read once
record SealedInvitation(
        UUID id,
        UUID teamId,
        byte[] sealedEmail,
        String role,
        boolean isDeclined,
        Instant createdAt,
        Instant expiresAt) {

    static SealedInvitation of(Readable row) {
        return new SealedInvitation(
                Objects.requireNonNull(row.get("invitation_id", UUID.class)),
                Objects.requireNonNull(row.get("team_id", UUID.class)),
                Objects.requireNonNull(row.get("sealed_email", byte[].class)),
                Objects.requireNonNull(row.get("role", String.class)),
                Boolean.TRUE.equals(row.get("declined", Boolean.class)),
                Objects.requireNonNull(row.get("created_at", Instant.class)),
                Objects.requireNonNull(row.get("expires_at", Instant.class)));
    }

    Invitation open(UserCipher cipher) {
        return new Invitation(
                id,
                SealedColumn.INVITATION_EMAIL.openPresent(cipher, sealedEmail),
                role,
                isDeclined ? Invitation.DECLINED : Invitation.PENDING,
                createdAt,
                expiresAt,
                null);
    }
}
