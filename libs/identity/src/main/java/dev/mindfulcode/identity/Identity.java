package dev.mindfulcode.identity;

import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * For whom a credential speaks, and until when that is to be believed.
 *
 * @param grantId what can be revoked: the family of refresh tokens behind an access token, or the id of an API key;
 *     null for tokens of another issuer, which last until they expire
 * @param expiresAt {@link Instant#MAX} for an API key
 */
public record Identity(UUID userId, @Nullable UUID grantId, Instant expiresAt, Scope scope) {}
