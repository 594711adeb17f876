package dev.mindfulcode.flowstream;

import dev.mindfulcode.dataprotection.UserCipher;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Seals the values of one state store, each with the key of the user that it is about: RocksDB and the changelog hold
 * only what that key opens. Bound to the user and to the store's changelog, by the name of that topic. Not thread-safe.
 */
final class RowSeal {

    private static final int VERSION = 1;

    private final String changelog;
    private final UserCiphers ciphers;

    /** The value sealed or opened last: most rows are read and then changed. */
    private byte @Nullable [] lastSealed;

    private byte @Nullable [] lastOpened;

    RowSeal(String store, UserCiphers ciphers) {
        changelog = StreamSettings.APPLICATION_ID + "-" + store + "-changelog";
        this.ciphers = ciphers;
    }

    /** Returns whether the user has a key. */
    boolean hasKey(UUID userId) {
        return ciphers.of(userId) != null;
    }

    /** Returns the value to store, or null for a user without a key, of whom nothing is stored. */
    byte @Nullable [] seal(UUID userId, byte[] value) {
        UserCipher cipher = ciphers.of(userId);
        if (cipher == null) {
            return null;
        }
        lastSealed = cipher.encrypt(value, changelog, VERSION);
        lastOpened = value;
        return lastSealed;
    }

    /** Returns a stored value, for reading only; null without a value, or without a key that opens it. */
    byte @Nullable [] open(UUID userId, byte @Nullable [] sealed) {
        if (sealed == null) {
            return null;
        }
        UserCipher cipher = ciphers.of(userId);
        if (cipher == null) {
            return null;
        }
        if (!Arrays.equals(sealed, lastSealed)) {
            lastOpened = decrypted(cipher, sealed);
            lastSealed = sealed;
        }
        return lastOpened;
    }

    private byte[] decrypted(UserCipher cipher, byte[] sealed) {
        try {
            return cipher.decrypt(sealed, changelog, VERSION);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(
                    "Stored state of " + changelog + " was not sealed with its user's key; reset the stream and replay"
                            + " the log",
                    e);
        }
    }
}
