package dev.mindfulcode.dataprotection;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The key that wraps users' keys and other secrets in the database. It exists only in memory and in ENCRYPTION_KEY, or
 * in a key management service, never in a database. Thread-safe.
 *
 * <p>During a rotation a second key, ENCRYPTION_KEY_PREVIOUS, opens what it had sealed; nothing new is sealed with it.
 *
 * <p>Security guarantees: a wrapped key reveals nothing of the key, cannot be altered, and unwraps only for the user or
 * purpose for which it was wrapped.
 */
public final class KeyEncryptionKey {

    private static final String SETTING = "ENCRYPTION_KEY";
    private static final String PREVIOUS_SETTING = "ENCRYPTION_KEY_PREVIOUS";

    private final WrappingKey current;
    private final @Nullable WrappingKey previous;

    private KeyEncryptionKey(WrappingKey current, @Nullable WrappingKey previous) {
        this.current = current;
        this.previous = previous;
    }

    /** As {@link #parse(String, String)} without a previous key. */
    public static KeyEncryptionKey parse(@Nullable String text) {
        return parse(text, null);
    }

    /**
     * Reads the values of ENCRYPTION_KEY and ENCRYPTION_KEY_PREVIOUS. Each is base64 (standard or URL alphabet, padded
     * or not) of 32 random bytes, 32 random characters, or the URI of a key in a key management service for which Tink
     * has a client on the classpath.
     *
     * @param previous null or blank unless keys are being rotated
     * @throws IllegalArgumentException if a key is missing, weak or of another form; the message says how to fix that
     *     and repeats nothing of the value
     */
    public static KeyEncryptionKey parse(@Nullable String text, @Nullable String previous) {
        return new KeyEncryptionKey(
                WrappingKey.parse(SETTING, text),
                previous == null || previous.isBlank() ? null : WrappingKey.parse(PREVIOUS_SETTING, previous));
    }

    /** Returns an identifier of the current key, which reveals nothing of it. */
    public String id() {
        return current.id();
    }

    /** Wraps a user's key; it unwraps for this user only. */
    byte[] wrap(byte[] userKey, UUID userId) {
        return current.seal(userKey, associatedData(userId));
    }

    /** @throws GeneralSecurityException if the bytes were not wrapped by this key for this user */
    byte[] unwrap(byte[] wrappedKey, UUID userId) throws GeneralSecurityException {
        return open(wrappedKey, associatedData(userId));
    }

    /**
     * Seals a secret other than a user's key; it opens for this purpose only.
     *
     * @param purpose kind and name of the secret, such as {@code signing-key/2026-01}
     */
    public byte[] seal(byte[] secret, String purpose) {
        return current.seal(secret, associatedData(purpose));
    }

    /** @throws GeneralSecurityException if the bytes were not sealed by this key for this purpose */
    public byte[] open(byte[] sealed, String purpose) throws GeneralSecurityException {
        return open(sealed, associatedData(purpose));
    }

    /**
     * Seals with the current key what the previous one sealed. A key of a service is applied each time, since the
     * service may have versions of it.
     *
     * @return null if the bytes need no change
     * @throws GeneralSecurityException if neither key sealed them
     */
    byte @Nullable [] rewrap(byte[] sealed, byte[] associatedData) throws GeneralSecurityException {
        if (current.isLocal()) {
            try {
                byte[] _ = current.open(sealed, associatedData);
                return null;
            } catch (GeneralSecurityException e) {
                if (previous == null) {
                    throw e;
                }
                return current.seal(previous.open(sealed, associatedData), associatedData);
            }
        }
        return current.seal(open(sealed, associatedData), associatedData);
    }

    private byte[] open(byte[] sealed, byte[] associatedData) throws GeneralSecurityException {
        try {
            return current.open(sealed, associatedData);
        } catch (GeneralSecurityException e) {
            if (previous == null) {
                throw e;
            }
            return previous.open(sealed, associatedData);
        }
    }

    @Override
    public String toString() {
        return "KeyEncryptionKey";
    }

    static byte[] associatedData(UUID userId) {
        return ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(userId.getMostSignificantBits())
                .putLong(userId.getLeastSignificantBits())
                .array();
    }

    /** Longer than a user id, so that the two never collide. */
    static byte[] associatedData(String purpose) {
        return ("mindful-code/purpose/" + purpose).getBytes(StandardCharsets.UTF_8);
    }
}
