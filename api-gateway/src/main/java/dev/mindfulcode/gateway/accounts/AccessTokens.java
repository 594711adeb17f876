package dev.mindfulcode.gateway.accounts;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import dev.mindfulcode.gateway.http.Uuids;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.UUID;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2Error;
import org.springframework.security.oauth2.core.OAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2TokenValidatorResult;
import org.springframework.security.oauth2.jose.jws.MacAlgorithm;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.NimbusReactiveJwtDecoder;
import org.springframework.security.oauth2.jwt.ReactiveJwtDecoder;

/**
 * Access tokens: JWTs that say who the user is for {@link #LIFETIME}. Thread-safe.
 *
 * <p>Security guarantees: signed with HMAC-SHA-256 and verified with that algorithm alone, whatever a token's header asks for; a
 * token without an expiry, from another issuer, or for a subject that is no user id is refused.
 */
public final class AccessTokens {

    public static final Duration LIFETIME = Duration.ofMinutes(15);

    /** How far the clocks of two gateways may differ. */
    static final Duration CLOCK_SKEW = Duration.ofSeconds(10);

    private static final String ISSUER = "mindful-code";
    private static final JWSHeader HEADER =
            new JWSHeader.Builder(JWSAlgorithm.HS256).type(JOSEObjectType.JWT).build();
    private static final OAuth2Error NO_USER = new OAuth2Error("invalid_token", "The subject is no user id", null);

    private final MACSigner signer;
    private final JwtSecret secret;
    private final Clock clock;

    public AccessTokens(JwtSecret secret, Clock clock) {
        try {
            this.signer = new MACSigner(secret.key());
        } catch (JOSEException e) {
            throw new IllegalStateException("HMAC-SHA-256 is not available", e);
        }
        this.secret = secret;
        this.clock = clock;
    }

    String issue(UUID userId) {
        Instant now = clock.instant();
        SignedJWT token = new SignedJWT(
                HEADER,
                new JWTClaimsSet.Builder()
                        .issuer(ISSUER)
                        .subject(userId.toString())
                        .issueTime(Date.from(now))
                        .expirationTime(Date.from(now.plus(LIFETIME)))
                        .build());
        try {
            token.sign(signer);
        } catch (JOSEException e) {
            throw new IllegalStateException("A token could not be signed", e);
        }
        return token.serialize();
    }

    public ReactiveJwtDecoder decoder() {
        NimbusReactiveJwtDecoder decoder = NimbusReactiveJwtDecoder.withSecretKey(secret.key())
                .macAlgorithm(MacAlgorithm.HS256)
                .build();
        JwtTimestampValidator timestamps = new JwtTimestampValidator(CLOCK_SKEW);
        timestamps.setAllowEmptyExpiryClaim(false);
        timestamps.setClock(clock);
        OAuth2TokenValidator<Jwt> subject =
                token -> token.getSubject() != null && Uuids.parse(token.getSubject()) != null
                        ? OAuth2TokenValidatorResult.success()
                        : OAuth2TokenValidatorResult.failure(NO_USER);
        decoder.setJwtValidator(
                new DelegatingOAuth2TokenValidator<>(List.of(timestamps, new JwtIssuerValidator(ISSUER), subject)));
        return decoder;
    }
}
