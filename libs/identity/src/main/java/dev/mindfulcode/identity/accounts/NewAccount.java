package dev.mindfulcode.identity.accounts;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An account to insert.
 *
 * @param passwordHash a PHC string; null when the user signs in at an OIDC issuer
 */
public record NewAccount(
        UUID userId,
        @Nullable String email,
        @Nullable String passwordHash,
        @Nullable String name,
        String timeZone,
        Instant createdAt) {

    public NewAccount withoutEmail() {
        return new NewAccount(userId, null, passwordHash, name, timeZone, createdAt);
    }

    /** Without personal data. */
    @Override
    public String toString() {
        return "NewAccount[" + userId + "]";
    }
}
