package dev.mindfulcode.dataprotection;

import java.security.GeneralSecurityException;
import java.util.List;
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

    /**
     * Returns digests of a text by which queries find encrypted texts that are equal to it: one for each key of the
     * user, first that of the key which encrypts. Keyed with the user's keys, so a digest reveals only which texts of
     * this user in this column are equal, and nothing more can be learned from it once the keys are destroyed.
     *
     * @param column where the text is stored, such as {@code coding_sessions.project}
     */
    List<byte[]> blindIndexes(String text, String column);
}
