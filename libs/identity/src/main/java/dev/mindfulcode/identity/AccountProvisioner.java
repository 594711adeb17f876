package dev.mindfulcode.identity;

import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** Creates accounts for users of the OIDC issuer. Only the gateway does; other services reject unknown users. */
@FunctionalInterface
public interface AccountProvisioner {

    /**
     * Returns the account of a user, and creates it on the first call.
     *
     * @param email the address that the issuer has verified, or null
     * @param issuedAt when the token was issued; a token from before the erasure of the user's account creates none
     */
    CompletableFuture<UUID> provision(String issuer, String subject, @Nullable String email, Instant issuedAt);
}
