package dev.mindfulcode.identity;

import dev.mindfulcode.dataprotection.ProtectionSecrets;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * A keyed hash of personal text, HMAC-SHA-256, by which tables find the text that they store encrypted. Thread-safe.
 *
 * <p>Security guarantees: without the secret the hash reveals only whether two texts are equal, and a guess cannot be
 * checked.
 */
public final class BlindIndex {

    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;

    public BlindIndex(byte[] secret) {
        this.key = new SecretKeySpec(secret, ALGORITHM);
    }

    /** Returns the index of normalised e-mail addresses; blocks at the first call. */
    public static BlindIndex ofEmails(ProtectionSecrets secrets) {
        return new BlindIndex(secrets.get("email-index"));
    }

    /** Returns the index of subjects of an OIDC issuer; blocks at the first call. */
    public static BlindIndex ofSubjects(ProtectionSecrets secrets) {
        return new BlindIndex(secrets.get("subject-index"));
    }

    public byte[] of(String text) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac.doFinal(text.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC-SHA-256 is not available", e);
        }
    }

    /** Returns the hash in hexadecimal, for keys of counters. */
    public String textOf(String text) {
        return HexFormat.of().formatHex(of(text));
    }

    @Override
    public String toString() {
        return "BlindIndex";
    }
}
