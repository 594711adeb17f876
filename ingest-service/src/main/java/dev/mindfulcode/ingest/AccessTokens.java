package dev.mindfulcode.ingest;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Expiry;
import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.crypto.MACVerifier;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Verifies access tokens: JWTs under HS256 and no other algorithm, from our own issuer, with a user id as their subject, not
 * expired. A verified token is remembered until it expires, so that a client pays for one signature check and not one a batch.
 * Thread-safe; never blocks.
 */
final class AccessTokens {

    static final String ISSUER = "mindful-code";
    static final int SECRET_BYTES_MIN = 32;

    /** How far the clocks of issuer and ingest may differ. */
    static final Duration CLOCK_SKEW = Duration.ofSeconds(30);

    /** A token that is longer was not made by us. */
    static final int TOKEN_CHARS_MAX = 2_048;

    /** Some 25 MB of tokens. */
    private static final int REMEMBERED_MAX = 50_000;

    private static final String BEARER = "Bearer ";

    private final MACVerifier signature;
    private final Clock clock;
    private final Cache<String, AccessToken> verified;

    /** @param secret the HS256 key, as its UTF-8 bytes */
    AccessTokens(@Nullable String secret, Clock clock) {
        this.signature = verifier(secret);
        this.clock = clock;
        this.verified = Caffeine.newBuilder()
                .maximumSize(REMEMBERED_MAX)
                .expireAfter(Expiry.creating((String text, AccessToken token) ->
                        Duration.between(clock.instant(), token.expiresAt()).plus(CLOCK_SKEW)))
                .build();
    }

    private static MACVerifier verifier(@Nullable String secret) {
        byte[] key = secret == null ? new byte[0] : secret.getBytes(StandardCharsets.UTF_8);
        if (key.length < SECRET_BYTES_MIN) {
            throw new IllegalArgumentException("JWT_SECRET must have at least " + SECRET_BYTES_MIN
                    + " bytes and be the same for all services. Make one with: openssl rand -base64 48");
        }
        try {
            return new MACVerifier(key);
        } catch (JOSEException e) {
            throw new IllegalArgumentException("JWT_SECRET cannot be used as an HS256 key", e);
        }
    }

    /**
     * Reads an Authorization header.
     *
     * @throws Refusal as {@link ProblemType#UNAUTHENTICATED} where it holds no valid token
     */
    AccessToken fromAuthorization(@Nullable String header) {
        if (header == null) {
            throw unauthenticated("There is no access token: send Authorization: Bearer <token>");
        }
        if (!header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            throw unauthenticated("The Authorization header does not hold a bearer token");
        }
        return verify(header.substring(BEARER.length()).strip());
    }

    /** @throws Refusal as {@link ProblemType#UNAUTHENTICATED} where the token is not valid, or no longer */
    AccessToken verify(String text) {
        AccessToken known = verified.getIfPresent(text);
        if (known == null) {
            known = check(text);
            refuseExpired(known);
            verified.put(text, known);
        } else {
            refuseExpired(known);
        }
        return known;
    }

    private void refuseExpired(AccessToken token) {
        if (!clock.instant().isBefore(token.expiresAt().plus(CLOCK_SKEW))) {
            throw unauthenticated("The access token has expired: get a new one from POST /api/auth/refresh");
        }
    }

    private AccessToken check(String text) {
        if (text.length() > TOKEN_CHARS_MAX) {
            throw invalid();
        }
        try {
            SignedJWT jwt = SignedJWT.parse(text);
            if (!JWSAlgorithm.HS256.equals(jwt.getHeader().getAlgorithm()) || !jwt.verify(signature)) {
                throw invalid();
            }
            return fromClaims(jwt.getJWTClaimsSet());
        } catch (ParseException | JOSEException | IllegalArgumentException e) {
            throw invalid();
        }
    }

    private AccessToken fromClaims(@Nullable JWTClaimsSet claims) {
        if (claims == null
                || !ISSUER.equals(claims.getIssuer())
                || claims.getExpirationTime() == null
                || claims.getSubject() == null) {
            throw invalid();
        }
        if (claims.getNotBeforeTime() != null
                && clock.instant()
                        .plus(CLOCK_SKEW)
                        .isBefore(claims.getNotBeforeTime().toInstant())) {
            throw unauthenticated("The access token is not valid yet");
        }
        char[] subject = claims.getSubject().toCharArray();
        UUID userId = UuidText.parse(subject, 0, subject.length);
        if (userId == null) {
            throw invalid();
        }
        Instant expiresAt = claims.getExpirationTime().toInstant();
        return new AccessToken(userId, expiresAt);
    }

    private static Refusal invalid() {
        return unauthenticated("The access token is not valid");
    }

    private static Refusal unauthenticated(String detail) {
        return new Refusal(ProblemType.UNAUTHENTICATED, detail);
    }
}
