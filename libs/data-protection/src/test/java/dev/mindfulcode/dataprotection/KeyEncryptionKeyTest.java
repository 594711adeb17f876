package dev.mindfulcode.dataprotection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Random;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
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
        assertRejected("correct horse battery staple!", "is not base64");
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
    void accepts32RandomCharacters() throws GeneralSecurityException {
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        Random random = new Random(7);
        for (int round = 0; round < 6; round++) {
            boolean isHexadecimal = round % 2 == 1;
            String text = random.ints(32, 0, isHexadecimal ? 16 : 64)
                    .mapToObj(c -> String.valueOf(isHexadecimal ? Character.forDigit(c, 16) : alphabet.charAt(c)))
                    .collect(Collectors.joining());
            byte[] wrapped = KeyEncryptionKey.parse(text).wrap(USER_KEY, USER);
            assertThat(KeyEncryptionKey.parse(text + "\n").unwrap(wrapped, USER))
                    .isEqualTo(USER_KEY);
        }
    }

    @Test
    void rejectsGuessable32CharactersWithoutRepeatingThem() {
        assertRejected("correct horse battery staple 123".replace(' ', '-'), "not random enough");
        assertRejected("0123456789abcdef0123456789abcdef", "not random enough");
        assertRejected("passwordpasswordpasswordpassword", "not random enough");
        assertRejected("correct horse battery staple 123", "not printable ASCII");
    }

    @Test
    void readsWhatThePreviousKeySealedAndSealsWithTheCurrentOne() throws GeneralSecurityException {
        String old = random();
        String fresh = random();
        byte[] wrapped = KeyEncryptionKey.parse(old).wrap(USER_KEY, USER);
        byte[] sealed = KeyEncryptionKey.parse(old).seal(USER_KEY, "purpose");
        KeyEncryptionKey both = KeyEncryptionKey.parse(fresh, old);

        assertThat(both.unwrap(wrapped, USER)).isEqualTo(USER_KEY);
        assertThat(both.open(sealed, "purpose")).isEqualTo(USER_KEY);
        assertThat(KeyEncryptionKey.parse(fresh).unwrap(both.wrap(USER_KEY, USER), USER))
                .isEqualTo(USER_KEY);
        assertThatThrownBy(() -> both.open(sealed, "other")).isInstanceOf(GeneralSecurityException.class);
        assertThat(both.id())
                .isEqualTo(KeyEncryptionKey.parse(fresh).id())
                .isNotEqualTo(KeyEncryptionKey.parse(old).id());
    }

    @Test
    void rejectsAWeakPreviousKeyByItsName() {
        assertThatThrownBy(() -> KeyEncryptionKey.parse(random(), "AAAA"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ENCRYPTION_KEY_PREVIOUS has 3 bytes");
        assertThat(KeyEncryptionKey.parse(random(), " ")).isNotNull();
    }

    @Test
    void wrapsWithAKeyOfAService() throws GeneralSecurityException {
        String uri = TestKmsClient.SCHEME + "project/" + UUID.randomUUID();
        byte[] wrapped = KeyEncryptionKey.parse(uri).wrap(USER_KEY, USER);

        assertThat(KeyEncryptionKey.parse(uri).unwrap(wrapped, USER)).isEqualTo(USER_KEY);
        assertThatThrownBy(() -> KeyEncryptionKey.parse(uri).unwrap(wrapped, OTHER_USER))
                .isInstanceOf(GeneralSecurityException.class);
        assertThat(KeyEncryptionKey.parse(random(), uri).unwrap(wrapped, USER)).isEqualTo(USER_KEY);
    }

    @Test
    void namesWhatToPutOnTheClasspathForAService() {
        assertThatThrownBy(() -> KeyEncryptionKey.parse("aws-kms://arn:aws:kms:eu-west-1:1234:key/secret-name"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("aws-kms://")
                .hasMessageContaining("com.google.crypto.tink:tink-awskms")
                .hasMessageNotContaining("secret-name");
        assertThatThrownBy(() -> KeyEncryptionKey.parse("other-kms://secret-name"))
                .hasMessageContaining("other-kms://")
                .hasMessageContaining("com.google.crypto.tink.KmsClient")
                .hasMessageNotContaining("secret-name");
        assertThatThrownBy(() -> KeyEncryptionKey.parse(TestKmsClient.SCHEME + "unknown/unknown"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("rejected the URI or found no credentials");
    }

    /** Pins the format of wrapped keys and sealed secrets with the JDK's AES. */
    @Test
    void isReadableByAnotherAesGcm() throws GeneralSecurityException {
        byte[] key = AesGcm.randomKey();
        KeyEncryptionKey keyEncryptionKey =
                KeyEncryptionKey.parse(Base64.getEncoder().encodeToString(key));

        assertThat(opened(
                        key,
                        keyEncryptionKey.wrap(USER_KEY, USER),
                        HexFormat.of().parseHex(USER.toString().replace("-", ""))))
                .isEqualTo(USER_KEY);
        assertThat(opened(
                        key,
                        keyEncryptionKey.seal(USER_KEY, "secret/email-index"),
                        "mindful-code/purpose/secret/email-index".getBytes(StandardCharsets.US_ASCII)))
                .isEqualTo(USER_KEY);
    }

    private static byte[] opened(byte[] key, byte[] sealed, byte[] associatedData) throws GeneralSecurityException {
        Cipher aes = Cipher.getInstance("AES/GCM/NoPadding");
        aes.init(Cipher.DECRYPT_MODE, new SecretKeySpec(key, "AES"), new GCMParameterSpec(128, sealed, 0, 12));
        aes.updateAAD(associatedData);
        return aes.doFinal(sealed, 12, sealed.length - 12);
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
