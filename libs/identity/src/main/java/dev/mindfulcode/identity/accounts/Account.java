package dev.mindfulcode.identity.accounts;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The personal details of an account.
 *
 * @param email normalised; null for a user of an OIDC issuer that vouches for no address
 */
public record Account(
        UUID userId, @Nullable String email, @Nullable String name, String timeZone) {

    /** Without personal data. */
    @Override
    public String toString() {
        return "Account[" + userId + "]";
    }
}
