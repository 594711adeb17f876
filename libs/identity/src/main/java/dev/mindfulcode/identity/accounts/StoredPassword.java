package dev.mindfulcode.identity.accounts;

import java.util.HexFormat;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The stored password of an account.
 *
 * @param subject names the account in counters: {@link AccountDetails#subjectOf} its address, or else the user's id
 * @param hash a PHC string; null for an account without a password
 */
public record StoredPassword(
        UUID userId, String subject, @Nullable String hash) {

    static StoredPassword of(UUID userId, byte @Nullable [] emailIndex, @Nullable String hash) {
        return new StoredPassword(
                userId, emailIndex == null ? userId.toString() : HexFormat.of().formatHex(emailIndex), hash);
    }

    /** Without address and hash. */
    @Override
    public String toString() {
        return "StoredPassword[" + userId + "]";
    }
}
