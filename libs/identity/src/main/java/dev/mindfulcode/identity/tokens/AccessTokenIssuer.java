package dev.mindfulcode.identity.tokens;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.mindfulcode.identity.AccessTokenFormat;
import java.time.Clock;
import java.time.Instant;
import java.util.Date;
import java.util.UUID;
import java.util.function.Supplier;

/** Issues access tokens: JWTs that are valid for {@link AccessTokenFormat#LIFETIME}. Thread-safe. */
public final class AccessTokenIssuer {

    private final Supplier<TokenSigner> signer;
    private final Clock clock;

    /** @param signer returns the signer of the next token */
    public AccessTokenIssuer(Supplier<TokenSigner> signer, Clock clock) {
        this.signer = signer;
        this.clock = clock;
    }

    /** @param familyId the family of refresh tokens that the token belongs to; its revocation ends the token */
    public String issue(UUID userId, UUID familyId) {
        Instant now = clock.instant();
        TokenSigner current = signer.get();
        SignedJWT token = new SignedJWT(
                current.header(),
                new JWTClaimsSet.Builder()
                        .issuer(AccessTokenFormat.ISSUER)
                        .subject(userId.toString())
                        .claim(AccessTokenFormat.FAMILY_CLAIM, familyId.toString())
                        .issueTime(Date.from(now))
                        .expirationTime(Date.from(now.plus(AccessTokenFormat.LIFETIME)))
                        .build());
        try {
            token.sign(current.signer());
        } catch (JOSEException e) {
            throw new IllegalStateException("Signing an access token failed", e);
        }
        return token.serialize();
    }
}
