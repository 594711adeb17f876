package dev.mindfulcode.identity.tokens;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import dev.mindfulcode.identity.JwtSecret;
import java.security.interfaces.ECPrivateKey;

/** A signing key in use, and the token header that names it. */
public record TokenSigner(JWSHeader header, JWSSigner signer) {

    static TokenSigner of(JwtSecret secret) {
        try {
            return new TokenSigner(
                    new JWSHeader.Builder(JWSAlgorithm.HS256)
                            .type(JOSEObjectType.JWT)
                            .build(),
                    new MACSigner(secret.key()));
        } catch (JOSEException e) {
            throw new IllegalStateException("HMAC-SHA-256 is not available", e);
        }
    }

    static TokenSigner of(String kid, ECPrivateKey key) {
        try {
            return new TokenSigner(
                    new JWSHeader.Builder(JWSAlgorithm.ES256)
                            .type(JOSEObjectType.JWT)
                            .keyID(kid)
                            .build(),
                    new ECDSASigner(key));
        } catch (JOSEException e) {
            throw new IllegalStateException("ES256 is not available", e);
        }
    }
}
