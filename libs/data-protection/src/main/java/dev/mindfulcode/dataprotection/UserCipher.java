package dev.mindfulcode.dataprotection;

import java.security.GeneralSecurityException;
import java.util.UUID;

/**
 * Encrypts and decrypts what belongs to one user, with that user's key. Thread-safe.
 *
 * <p>Security guarantees: AES-256-GCM with a fresh random nonce a message; the ciphertext is bound to the user, the
 * topic and the payload's version, so that it can be neither read nor passed off anywhere else.
 */
public interface UserCipher {

    UUID userId();

    byte[] encrypt(byte[] plaintext, String topic, int payloadVersion);

    /**
     * Reads what {@link #encrypt} wrote.
     *
     * @throws GeneralSecurityException where the bytes were not encrypted by this user's key for this topic and version
     */
    byte[] decrypt(byte[] ciphertext, String topic, int payloadVersion) throws GeneralSecurityException;
}
