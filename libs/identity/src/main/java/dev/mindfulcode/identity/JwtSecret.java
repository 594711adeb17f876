package dev.mindfulcode.identity;

import java.nio.charset.StandardCharsets;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/** The key with which access tokens are signed and verified where one is given (HMAC-SHA-256). Never printed. */
public final class JwtSecret {

    /** RFC 7518 section 3.2: a key as long as the hash, at least. */
    private static final int SIZE_BYTES_MIN = 32;

    /** 32 bytes of base64 or hexadecimal from a generator have more; words and repetitions have not. */
    private static final int DIFFERENT_CHARS_MIN = 10;

    private static final String MAKE_ONE = " Make one with: openssl rand -base64 48";

    private final SecretKey key;

    private JwtSecret(SecretKey key) {
        this.key = key;
    }

    /**
     * Reads the value of JWT_SECRET.
     *
     * @return null where it is not set: tokens are then signed with a key whose public part is in the database
     * @throws IllegalArgumentException where it is weak, with the way to a good one
     */
    public static @Nullable JwtSecret parse(@Nullable String text) {
        if (text == null || text.isBlank()) {
            return null;
        }
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        if (bytes.length < SIZE_BYTES_MIN) {
            throw new IllegalArgumentException("JWT_SECRET must have at least " + SIZE_BYTES_MIN
                    + " bytes and be the same for all services." + MAKE_ONE);
        }
        if (text.chars().distinct().count() < DIFFERENT_CHARS_MIN) {
            throw new IllegalArgumentException("JWT_SECRET is not random enough." + MAKE_ONE);
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
