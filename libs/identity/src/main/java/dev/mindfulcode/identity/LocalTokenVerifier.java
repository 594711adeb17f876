package dev.mindfulcode.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.text.ParseException;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Verifies local access tokens. Thread-safe.
 *
 * <p>Security guarantees: exactly one algorithm is accepted, independent of the token's header: HS256 with JWT_SECRET,
 * else ES256 with a published key. Keys that a token contains or references (jwk, jku, x5u) are ignored. A token
 * without expiry, or whose subject is not a user id, is refused.
 */
final class LocalTokenVerifier {

    private final @Nullable JWSVerifier secret;
    private final Supplier<CompletableFuture<PublishedKeys>> reload;
    private final Clock clock;
    private volatile PublishedKeys published = PublishedKeys.NONE;

    /** @param reload reads the published keys from the database */
    LocalTokenVerifier(@Nullable JwtSecret secret, Supplier<CompletableFuture<PublishedKeys>> reload, Clock clock) {
        this.secret = secret == null ? null : verifier(secret);
        this.reload = reload;
        this.clock = clock;
    }

    private static JWSVerifier verifier(JwtSecret secret) {
        try {
            return new MACVerifier(secret.key());
        } catch (JOSEException e) {
            throw new IllegalStateException("HMAC-SHA-256 is not available", e);
        }
    }

    void setPublishedKeys(PublishedKeys keys) {
        published = keys;
    }

    /** Verifies a token, at once unless its key id is unknown. */
    CompletableFuture<VerifiedCredential> verify(SignedJWT token, JWTClaimsSet claims) {
        JWSAlgorithm algorithm = token.getHeader().getAlgorithm();
        if (secret != null) {
            return JWSAlgorithm.HS256.equals(algorithm) ? verifySignature(token, claims, secret) : invalid();
        }
        String keyId = token.getHeader().getKeyID();
        if (!JWSAlgorithm.ES256.equals(algorithm) || keyId == null) {
            return invalid();
        }
        JWSVerifier known = published.verifier(keyId);
        if (known != null) {
            return verifySignature(token, claims, known);
        }
        return reload.get().thenCompose(keys -> {
            published = keys;
            JWSVerifier found = keys.verifier(keyId);
            return found == null ? invalid() : verifySignature(token, claims, found);
        });
    }

    private CompletableFuture<VerifiedCredential> verifySignature(
            SignedJWT token, JWTClaimsSet claims, JWSVerifier verifier) {
        try {
            return token.verify(verifier) ? CompletableFuture.completedFuture(fromClaims(claims)) : invalid();
        } catch (CredentialException e) {
            return CompletableFuture.failedFuture(e);
        } catch (JOSEException | IllegalStateException | IllegalArgumentException | ParseException e) {
            return invalid();
        }
    }

    /** Parses what {@link UUID#toString} wrote; {@link UUID#fromString} also accepts {@code 1-1-1-1-1}. */
    private static UUID uuid(String text) {
        UUID uuid = UUID.fromString(text);
        if (!uuid.toString().equals(text)) {
            throw CredentialException.invalid();
        }
        return uuid;
    }

    private VerifiedCredential fromClaims(JWTClaimsSet claims) throws ParseException {
        Date expiresAt = claims.getExpirationTime();
        Date notBefore = claims.getNotBeforeTime();
        String subject = claims.getSubject();
        String family = claims.getStringClaim(AccessTokenFormat.FAMILY_CLAIM);
        if (expiresAt == null || subject == null) {
            throw CredentialException.invalid();
        }
        UUID userId = uuid(subject);
        UUID familyId = family == null ? null : uuid(family);
        if (notBefore != null
                && clock.instant().plus(AccessTokenFormat.CLOCK_SKEW).isBefore(notBefore.toInstant())) {
            throw CredentialException.invalid();
        }
        Date issuedAt = claims.getIssueTime();
        return new VerifiedCredential(
                new Identity(
                        userId, familyId, VerifiedCredential.limitExpiry(expiresAt, clock.instant()), Scope.EVERYTHING),
                issuedAt == null ? Instant.MIN : issuedAt.toInstant());
    }

    private static CompletableFuture<VerifiedCredential> invalid() {
        return CompletableFuture.failedFuture(CredentialException.invalid());
    }
}
