package dev.mindfulcode.identity;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Makes accounts for those whom a trusted issuer vouches for. Only the gateway does; elsewhere they are not known yet.
 */
@FunctionalInterface
public interface AccountProvisioner {

    /**
     * Returns the account of this person, which exists from then on.
     *
     * @param email the address that the issuer has verified, or null
     */
    CompletableFuture<UUID> provision(String issuer, String subject, @Nullable String email);
}
