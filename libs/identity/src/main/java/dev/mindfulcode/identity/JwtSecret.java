package dev.mindfulcode.identity;

import java.nio.charset.StandardCharsets;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** The shared key that signs and verifies access tokens if JWT_SECRET is set (HMAC-SHA-256). Never printed. */
public final class JwtSecret {

    /** RFC 7518 section 3.2: a key as long as the hash, at least. */
    private static final int SIZE_BYTES_MIN = 32;

    /** Random base64 or hexadecimal has more; words and repetitions have fewer. */
    private static final int DIFFERENT_CHARS_MIN = 10;

    private static final String HINT = " Generate one with: openssl rand -base64 48";

    private final SecretKey key;

    private JwtSecret(SecretKey key) {
        this.key = key;
    }

    /**
     * Reads the value of JWT_SECRET.
     *
     * @return null if it is not set; tokens are then signed with a key whose public part is in the database
     * @throws IllegalArgumentException if it is weak; the message says how to generate one
     */
    public static @Nullable JwtSecret parse(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return null;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < SIZE_BYTES_MIN) {
            throw new IllegalArgumentException("JWT_SECRET has " + bytes.length + " bytes; at least " + SIZE_BYTES_MIN
                    + " are needed, the same for all services." + HINT);
        }
        if (text.chars().distinct().count() < DIFFERENT_CHARS_MIN) {
            throw new IllegalArgumentException("JWT_SECRET is not random enough; at least " + DIFFERENT_CHARS_MIN
                    + " different characters are needed." + HINT);
        }
        return new JwtSecret(new SecretKeySpec(bytes, "HmacSHA256"));
    }

    public SecretKey key() {
        return key;
    }

    @Override
    public String toString() {
        return "JwtSecret";
    }
}
