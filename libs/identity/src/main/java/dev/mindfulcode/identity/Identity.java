package dev.mindfulcode.identity;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The user that a credential identifies, and until when.
 *
 * @param grantId the revocable grant: the family of refresh tokens behind an access token, or the id of an API key;
 *     null for tokens of an OIDC issuer, which last until they expire
 * @param expiresAt {@link Instant#MAX} for an API key
 */
public record Identity(UUID userId, @Nullable UUID grantId, Instant expiresAt, Scope scope) {}
