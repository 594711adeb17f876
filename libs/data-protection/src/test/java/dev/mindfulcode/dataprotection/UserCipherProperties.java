package dev.mindfulcode.dataprotection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;

/** Tests which ciphertext a user's cipher decrypts. */
final class UserCipherProperties {

    private static final UUID USER = UUID.fromString("0190a1b2-c3d4-7000-8000-000000000001");
    private static final DataKey KEY = DataKey.of(AesGcm.randomKey());

    private final UserCipher cipher = new TinkUserCipher(USER, KEY);

    @Property(tries = 300)
    void decryptsWhatItEncrypted(@ForAll @Size(max = 5_000) byte[] plaintext, @ForAll String topic, @ForAll int version)
            throws GeneralSecurityException {
        byte[] ciphertext = cipher.encrypt(plaintext, topic, version);

        assertThat(ciphertext).hasSize(plaintext.length + 28);
        assertThat(cipher.decrypt(ciphertext, topic, version)).isEqualTo(plaintext);
    }

    @Example
    void rejectsEachFlippedBit() {
        byte[] ciphertext = cipher.encrypt(new byte[300], "keystrokes", 1);
        for (int bit = 0; bit < ciphertext.length * 8; bit++) {
            byte[] flipped = ciphertext.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            assertRejected(cipher, flipped, "keystrokes", 1);
        }
    }

    @Example
    void rejectsTruncatedAndExtendedCiphertext() {
        byte[] ciphertext = cipher.encrypt(new byte[40], "keystrokes", 1);
        for (int length = 0; length < ciphertext.length; length++) {
            assertRejected(cipher, Arrays.copyOf(ciphertext, length), "keystrokes", 1);
        }
        assertRejected(cipher, Arrays.copyOf(ciphertext, ciphertext.length + 1), "keystrokes", 1);
    }

    @Example
    void rejectsOtherTopicVersionUserAndKey() {
        byte[] ciphertext = cipher.encrypt(new byte[300], "keystrokes", 1);

        assertRejected(cipher, ciphertext, "sessions", 1);
        assertRejected(cipher, ciphertext, "keystroker", 1); // of the same length
        assertRejected(cipher, ciphertext, "keystroke", 1);
        assertRejected(cipher, ciphertext, "", 1);
        assertRejected(cipher, ciphertext, "keystrokes", 2);
        // The same key under another user's name, and another key under this user's.
        assertRejected(new TinkUserCipher(UUID.randomUUID(), KEY), ciphertext, "keystrokes", 1);
        assertRejected(new TinkUserCipher(USER, DataKey.of(AesGcm.randomKey())), ciphertext, "keystrokes", 1);
    }

    @Example
    void encryptsToDifferentBytesEachTime() {
        assertThat(cipher.encrypt(new byte[100], "keystrokes", 1))
                .isNotEqualTo(cipher.encrypt(new byte[100], "keystrokes", 1));
    }

    @Property(tries = 300)
    void blindIndexesAreEqualForEqualTextsOnly(@ForAll String one, @ForAll String other) {
        List<byte[]> indexes = cipher.blindIndexes(one, "project");

        assertThat(indexes).hasSize(1).containsExactlyElementsOf(cipher.blindIndexes(one, "project"));
        assertThat(indexes.getFirst()).hasSize(DataKey.INDEX_SIZE_BYTES);
        if (!one.equals(other)) {
            assertThat(cipher.blindIndexes(other, "project")).doesNotContainAnyElementsOf(indexes);
        }
    }

    @Example
    void blindIndexesDifferByUserKeyAndColumn() {
        byte[] index = cipher.blindIndexes("mindful", "project").getFirst();

        assertThat(cipher.blindIndexes("mindful", "editor")).doesNotContain(index);
        assertThat(new TinkUserCipher(USER, DataKey.of(AesGcm.randomKey())).blindIndexes("mindful", "project"))
                .doesNotContain(index);
    }

    /** After a rotation rows of the old key are still found. */
    @Example
    void blindIndexesCoverAllKeysStartingWithTheOneThatEncrypts() {
        DataKey newest = DataKey.of(AesGcm.randomKey());
        UserCipher rotated = new TinkUserCipher(USER, KEY, List.of(newest, KEY));

        assertThat(rotated.blindIndexes("mindful", "project"))
                .containsExactly(newest(cipher), newest(new TinkUserCipher(USER, newest)));
    }

    private static byte[] newest(UserCipher one) {
        return one.blindIndexes("mindful", "project").getFirst();
    }

    @Example
    void textContainsTheUserButNotTheKey() {
        assertThat(cipher).hasToString("UserCipher[" + USER + "]");
    }

    private static void assertRejected(UserCipher cipher, byte[] ciphertext, String topic, int version) {
        assertThatThrownBy(() -> cipher.decrypt(ciphertext, topic, version))
                .isInstanceOf(GeneralSecurityException.class);
    }
}
