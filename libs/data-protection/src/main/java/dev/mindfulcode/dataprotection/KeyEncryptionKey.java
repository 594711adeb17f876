package dev.mindfulcode.dataprotection;

import com.google.crypto.tink.Aead;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The key that wraps users' keys and other secrets in the database. It exists only in memory and in ENCRYPTION_KEY,
 * never in a database. Thread-safe.
 *
 * <p>Security guarantees: a wrapped key reveals nothing of the key, cannot be altered, and unwraps only for the user or
 * purpose for which it was wrapped.
 */
public final class KeyEncryptionKey {

    /** 32 random bytes have at least this many distinct values; words and repetitions have fewer. */
    private static final int DISTINCT_BYTES_MIN = 16;

    private static final String HOW_TO_FIX = " Generate a key with: openssl rand -base64 32";

    private final Aead aead;

    private KeyEncryptionKey(Aead aead) {
        this.aead = aead;
    }

    /**
     * Reads the value of ENCRYPTION_KEY: base64 (standard or URL alphabet, padded or not) of 32 random bytes.
     *
     * @throws IllegalArgumentException if it is missing, not base64, of another length or not random; the message says
     *     how to generate one and repeats nothing of the value
     */
    public static KeyEncryptionKey parse(@Nullable String text) {
        if (text == null || text.isBlank()) {
            throw new IllegalArgumentException("ENCRYPTION_KEY is not set." + HOW_TO_FIX);
        }
        byte[] key = decoded(text.strip());
        try {
            if (key.length != AesGcm.KEY_SIZE_BYTES) {
                throw new IllegalArgumentException("ENCRYPTION_KEY has " + key.length + " bytes; must be base64 of "
                        + AesGcm.KEY_SIZE_BYTES + " bytes." + HOW_TO_FIX);
            }
            if (distinctBytes(key) < DISTINCT_BYTES_MIN) {
                throw new IllegalArgumentException("ENCRYPTION_KEY is not random enough." + HOW_TO_FIX);
            }
            return new KeyEncryptionKey(AesGcm.of(key));
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /** Wraps a user's key; it unwraps for this user only. */
    byte[] wrap(byte[] userKey, UUID userId) {
        try {
            return aead.encrypt(userKey, associatedData(userId));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM is not available", e);
        }
    }

    /** @throws GeneralSecurityException if the bytes were not wrapped by this key for this user */
    byte[] unwrap(byte[] wrappedKey, UUID userId) throws GeneralSecurityException {
        return aead.decrypt(wrappedKey, associatedData(userId));
    }

    /**
     * Seals a secret other than a user's key; it opens for this purpose only.
     *
     * @param purpose kind and name of the secret, such as {@code signing-key/2026-01}
     */
    public byte[] seal(byte[] secret, String purpose) {
        try {
            return aead.encrypt(secret, associatedData(purpose));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM is not available", e);
        }
    }

    /** @throws GeneralSecurityException if the bytes were not sealed by this key for this purpose */
    public byte[] open(byte[] sealed, String purpose) throws GeneralSecurityException {
        return aead.decrypt(sealed, associatedData(purpose));
    }

    @Override
    public String toString() {
        return "KeyEncryptionKey";
    }

    private static byte[] associatedData(UUID userId) {
        return ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(userId.getMostSignificantBits())
                .putLong(userId.getLeastSignificantBits())
                .array();
    }

    /** Longer than a user id, so that the two never collide. */
    private static byte[] associatedData(String purpose) {
        return ("mindful-code/purpose/" + purpose).getBytes(StandardCharsets.UTF_8);
    }

    private static byte[] decoded(String text) {
        try {
            return Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/'));
        } catch (IllegalArgumentException e) {
            // Without the cause: it quotes a character of the key.
            throw new IllegalArgumentException("ENCRYPTION_KEY is not base64." + HOW_TO_FIX);
        }
    }

    private static int distinctBytes(byte[] key) {
        boolean[] seen = new boolean[256];
        int different = 0;
        for (byte b : key) {
            if (!seen[b & 0xFF]) {
                seen[b & 0xFF] = true;
                different++;
            }
        }
        return different;
    }
}
