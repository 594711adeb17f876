package dev.mindfulcode.dataprotection;

import java.security.GeneralSecurityException;
import java.util.UUID;

/**
 * A cipher with the key of one user. Thread-safe.
 *
 * <p>Security guarantees: AES-256-GCM with a fresh random nonce for each message; the ciphertext is bound to the user,
 * the topic and the payload version, and decrypts for no other.
 */
public interface UserCipher {

    UUID userId();

    byte[] encrypt(byte[] plaintext, String topic, int payloadVersion);

    /**
     * Decrypts the output of {@link #encrypt}.
     *
     * @throws GeneralSecurityException if the bytes were not encrypted by this user's key for this topic and version
     */
    byte[] decrypt(byte[] ciphertext, String topic, int payloadVersion) throws GeneralSecurityException;
}
