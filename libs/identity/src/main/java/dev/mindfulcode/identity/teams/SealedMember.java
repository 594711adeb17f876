package dev.mindfulcode.identity.teams;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.identity.SealedColumn;
import io.r2dbc.spi.Readable;
import java.time.Instant;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A member whose address is still encrypted.
 *
 * @param member without its address
 * @param sealedEmail null unless the caller may see the address
 */
@SuppressWarnings("ArrayRecordComponent") // read once
record SealedMember(UUID teamId, Member member, byte @Nullable [] sealedEmail) {

    static SealedMember of(Readable row, UUID callerId) {
        UUID userId = Objects.requireNonNull(row.get("user_id", UUID.class));
        boolean isSelf = callerId.equals(userId);
        Role callersRole = Role.of(Objects.requireNonNull(row.get("callers_role", String.class)));
        return new SealedMember(
                Objects.requireNonNull(row.get("team_id", UUID.class)),
                new Member(
                        userId,
                        null,
                        Objects.requireNonNull(row.get("role", String.class)),
                        isSelf ? row.get("consent", Boolean.class) : null,
                        Objects.requireNonNull(row.get("joined_at", Instant.class))),
                isSelf || callersRole.administers() ? row.get("sealed_email", byte[].class) : null);
    }

    boolean isAddressVisible() {
        return sealedEmail != null;
    }

    /** @param cipher the member's; null if the member is erased */
    Member open(@Nullable UserCipher cipher) {
        return cipher == null ? member : member.withEmail(SealedColumn.USER_EMAIL.open(cipher, sealedEmail));
    }
}
