package dev.mindfulcode.apigateway.accounts;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.mindfulcode.identity.AccessTokenFormat;
import dev.mindfulcode.identity.JwtSecret;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.UUID;
import java.util.function.Supplier;

/** Issues access tokens: JWTs that say who the user is for {@link AccessTokenFormat#LIFETIME}. Thread-safe. */
final class AccessTokens {

    private final Supplier<Signing> signing;
    private final Clock clock;

    /** @param signing with what to sign the next token */
    AccessTokens(Supplier<Signing> signing, Clock clock) {
        this.signing = signing;
        this.clock = clock;
    }

    /** @param familyId the family of refresh tokens that it belongs to, and whose revocation ends it */
    String issue(UUID userId, UUID familyId) {
        Instant now = clock.instant();
        Signing with = signing.get();
        SignedJWT token = new SignedJWT(
                with.header(),
                new JWTClaimsSet.Builder()
                        .issuer(AccessTokenFormat.ISSUER)
                        .subject(userId.toString())
                        .claim(AccessTokenFormat.FAMILY_CLAIM, familyId.toString())
                        .issueTime(Date.from(now))
                        .expirationTime(Date.from(now.plus(AccessTokenFormat.LIFETIME)))
                        .build());
        try {
            token.sign(with.signer());
        } catch (JOSEException e) {
            throw new IllegalStateException("A token could not be signed", e);
        }
        return token.serialize();
    }

    /** A key at work, and the header that names it. */
    record Signing(JWSHeader header, JWSSigner signer) {

        static Signing with(JwtSecret secret) {
            try {
                return new Signing(
                        new JWSHeader.Builder(JWSAlgorithm.HS256)
                                .type(JOSEObjectType.JWT)
                                .build(),
                        new MACSigner(secret.key()));
            } catch (JOSEException e) {
                throw new IllegalStateException("HMAC-SHA-256 is not available", e);
            }
        }
    }
}
