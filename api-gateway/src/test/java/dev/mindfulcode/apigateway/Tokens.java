package dev.mindfulcode.apigateway;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** Tokens made by hand, good and forged. */
final class Tokens {

    private Tokens() {}

    static String signed(String subject, Instant expiresAt) {
        return hmac("HS256", "HmacSHA256", GatewayUnderTest.JWT_SECRET, claims("mindful-code", subject, expiresAt));
    }

    static String unsigned(String subject) {
        return part("{\"alg\":\"none\",\"typ\":\"JWT\"}") + "."
                + part(claims("mindful-code", subject, Instant.now().plusSeconds(600))) + ".";
    }

    static String claims(String issuer, String subject, Instant expiresAt) {
        return "{\"iss\":\"%s\",\"sub\":\"%s\",\"exp\":%d}".formatted(issuer, subject, expiresAt.getEpochSecond());
    }

    static String hmac(String algorithm, String mac, String secret, String claims) {
        String signed = part("{\"alg\":\"" + algorithm + "\",\"typ\":\"JWT\"}") + "." + part(claims);
        try {
            Mac hmac = Mac.getInstance(mac);
            hmac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.UTF_8), mac));
            return signed + "."
                    + Base64.getUrlEncoder()
                            .withoutPadding()
                            .encodeToString(hmac.doFinal(signed.getBytes(StandardCharsets.US_ASCII)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String part(String json) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(json.getBytes(StandardCharsets.UTF_8));
    }
}
