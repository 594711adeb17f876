package dev.mindfulcode.identity.accounts;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The stored password of an account.
 *
 * @param hash a PHC string; null for an account without a password
 */
public record StoredPassword(
        UUID userId, @Nullable String email, @Nullable String hash) {

    /** Without address and hash. */
    @Override
    public String toString() {
        return "StoredPassword[" + userId + "]";
    }
}
