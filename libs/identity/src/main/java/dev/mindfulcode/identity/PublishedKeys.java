package dev.mindfulcode.identity;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import java.text.ParseException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The public parts of the keys that sign access tokens (ES256), by their ids. Immutable, thread-safe. */
final class PublishedKeys {

    static final PublishedKeys NONE = new PublishedKeys(Map.of());

    private static final Logger log = LoggerFactory.getLogger(PublishedKeys.class);

    private final Map<String, JWSVerifier> verifiers;

    private PublishedKeys(Map<String, JWSVerifier> verifiers) {
        this.verifiers = verifiers;
    }

    /** Parses JWKs; logs and skips those that cannot be used. */
    static PublishedKeys of(List<String> jwks) {
        Map<String, JWSVerifier> verifiers = new HashMap<>();
        for (String jwk : jwks) {
            try {
                ECKey key = ECKey.parse(jwk);
                if (key.getKeyID() == null || !Curve.P_256.equals(key.getCurve())) {
                    throw new ParseException("not a P-256 key with an id", 0);
                }
                verifiers.put(key.getKeyID(), new ECDSAVerifier(key.toECPublicKey()));
            } catch (ParseException | JOSEException e) {
                log.error("Signing key ignored: it is not a valid P-256 JWK: error={}", e.toString());
            }
        }
        return new PublishedKeys(Map.copyOf(verifiers));
    }

    @Nullable
    JWSVerifier verifier(String keyId) {
        return verifiers.get(keyId);
    }
}
