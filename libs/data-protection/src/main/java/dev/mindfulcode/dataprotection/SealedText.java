package dev.mindfulcode.dataprotection;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;

/**
 * A text of a user's sessions that is encrypted with the user's key, in events and in the read model alike: the row
 * holds the bytes of the event, so that a rebuild writes the same row. A constant's name in ciphertext must not change.
 */
public enum SealedText {
    PROJECT("sessions.project"),
    EDITOR("sessions.editor");

    /** Upper bound of ciphertext that readers accept: more than any text that the API accepts. */
    public static final int SIZE_BYTES_MAX = 1_024;

    private static final int VERSION = 1;

    private final String purpose;

    SealedText(String purpose) {
        this.purpose = purpose;
    }

    public byte[] seal(String text, UserCipher cipher) {
        return cipher.encrypt(text.getBytes(StandardCharsets.UTF_8), purpose, VERSION);
    }

    /** @throws GeneralSecurityException if the bytes are not this text of this user */
    public String open(byte[] sealed, UserCipher cipher) throws GeneralSecurityException {
        return new String(cipher.decrypt(sealed, purpose, VERSION), StandardCharsets.UTF_8);
    }

    /** Returns the blind index to store with a text. */
    public byte[] index(String text, UserCipher cipher) {
        return indexes(text, cipher).getFirst();
    }

    /** Returns the blind indexes with which an equal text may have been stored. */
    public List<byte[]> indexes(String text, UserCipher cipher) {
        return cipher.blindIndexes(text, purpose);
    }
}
