package dev.mindfulcode.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.UUID;

/** Tokens, good and forged. */
final class TestTokens {

    static final String SECRET = "only-for-tests-only-for-tests-only-for-tests";

    private TestTokens() {}

    static JWTClaimsSet.Builder claims(UUID userId, UUID family, Instant issuedAt) {
        return new JWTClaimsSet.Builder()
                .issuer(AccessTokenFormat.ISSUER)
                .subject(userId.toString())
                .claim(AccessTokenFormat.FAMILY_CLAIM, family.toString())
                .issueTime(Date.from(issuedAt))
                .expirationTime(Date.from(issuedAt.plus(AccessTokenFormat.LIFETIME)));
    }

    static String hs256(JWTClaimsSet.Builder claims) {
        return hmac(JWSAlgorithm.HS256, SECRET.getBytes(StandardCharsets.UTF_8), claims);
    }

    static String hmac(JWSAlgorithm algorithm, byte[] secret, JWTClaimsSet.Builder claims) {
        try {
            return signed(new JWSHeader(algorithm), new MACSigner(secret), claims);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    static String es256(ECKey key, JWTClaimsSet.Builder claims) {
        return es256(new JWSHeader.Builder(JWSAlgorithm.ES256).keyID(key.getKeyID()), key, claims);
    }

    static String es256(JWSHeader.Builder header, ECKey key, JWTClaimsSet.Builder claims) {
        try {
            return signed(header.build(), new ECDSASigner(key), claims);
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    static String signed(JWSHeader header, JWSSigner signer, JWTClaimsSet.Builder claims) throws JOSEException {
        SignedJWT token = new SignedJWT(header, claims.build());
        token.sign(signer);
        return token.serialize();
    }

    static ECKey newKey() {
        try {
            return new ECKeyGenerator(Curve.P_256)
                    .keyID(UUID.randomUUID().toString())
                    .generate();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    static String base64(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }
}
