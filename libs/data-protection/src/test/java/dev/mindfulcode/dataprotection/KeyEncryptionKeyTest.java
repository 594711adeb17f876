package dev.mindfulcode.dataprotection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.UUID;
import org.junit.jupiter.api.Test;

final class KeyEncryptionKeyTest {

    private static final byte[] USER_KEY = AesGcm.randomKey();
    private static final UUID USER = UUID.fromString("0190a1b2-c3d4-7000-8000-000000000001");
    private static final UUID OTHER_USER = UUID.fromString("0190a1b2-c3d4-7000-8000-000000000002");

    @Test
    void unwrapsForTheSameUser() throws GeneralSecurityException {
        KeyEncryptionKey key = KeyEncryptionKey.parse(random());

        assertThat(key.unwrap(key.wrap(USER_KEY, USER), USER)).isEqualTo(USER_KEY);
    }

    @Test
    void acceptsBothBase64AlphabetsWithAndWithoutPadding() throws GeneralSecurityException {
        byte[] bytes = AesGcm.randomKey();
        bytes[0] = (byte) 0xfb; // gives + and / or - and _
        bytes[1] = (byte) 0xff;
        byte[] wrapped = KeyEncryptionKey.parse(Base64.getEncoder().encodeToString(bytes))
                .wrap(USER_KEY, USER);

        for (String text : new String[] {
            Base64.getUrlEncoder().encodeToString(bytes),
            Base64.getUrlEncoder().withoutPadding().encodeToString(bytes),
            "  " + Base64.getEncoder().encodeToString(bytes) + "\n"
        }) {
            assertThat(KeyEncryptionKey.parse(text).unwrap(wrapped, USER)).isEqualTo(USER_KEY);
        }
    }

    @Test
    void doesNotUnwrapForAnotherUser() {
        KeyEncryptionKey key = KeyEncryptionKey.parse(random());
        byte[] wrapped = key.wrap(USER_KEY, USER);

        assertThatThrownBy(() -> key.unwrap(wrapped, OTHER_USER)).isInstanceOf(GeneralSecurityException.class);
    }

    @Test
    void doesNotUnwrapWithAnotherKey() {
        byte[] wrapped = KeyEncryptionKey.parse(random()).wrap(USER_KEY, USER);

        assertThatThrownBy(() -> KeyEncryptionKey.parse(random()).unwrap(wrapped, USER))
                .isInstanceOf(GeneralSecurityException.class);
    }

    @Test
    void rejectsMissingKeyWithHowToGenerateOne() {
        for (String missing : new String[] {null, "", "   "}) {
            assertThatThrownBy(() -> KeyEncryptionKey.parse(missing))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("ENCRYPTION_KEY is not set")
                    .hasMessageContaining("openssl rand -base64 32");
        }
    }

    @Test
    void rejectsWeakKeysWithoutRepeatingThem() {
        byte[] sixteen = new byte[16];
        for (int i = 0; i < sixteen.length; i++) {
            sixteen[i] = (byte) (37 * i);
        }
        assertRejected("correct horse battery staple!", "not base64");
        assertRejected(Base64.getEncoder().encodeToString(sixteen), "has 16 bytes");
        assertRejected(Base64.getEncoder().encodeToString(new byte[48]), "has 48 bytes");
        assertRejected(Base64.getEncoder().encodeToString(new byte[32]), "not random enough");
        assertRejected(
                Base64.getEncoder()
                        .encodeToString("abababababababababababababababab"
                                .getBytes(java.nio.charset.StandardCharsets.US_ASCII)),
                "not random enough");
    }

    @Test
    void textDoesNotContainTheKey() {
        assertThat(KeyEncryptionKey.parse(random())).hasToString("KeyEncryptionKey");
    }

    private static void assertRejected(String text, String fault) {
        assertThatThrownBy(() -> KeyEncryptionKey.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasNoCause()
                .hasMessageContaining(fault)
                .hasMessageContaining("openssl rand -base64 32")
                .hasMessageNotContaining(text);
    }

    private static String random() {
        return Base64.getEncoder().encodeToString(AesGcm.randomKey());
    }
}
