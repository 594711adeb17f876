package dev.mindfulcode.dataprotection;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import java.util.UUID;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

/**
 * Pins the format of blind indexes and of all ciphertext in Kafka, the latter with the JDK's AES: nonce, ciphertext,
 * tag, bound to user id, version and topic. A change would make all history unreadable.
 */
final class CiphertextFormatTest {

    private static final byte[] KEY =
            HexFormat.of().parseHex("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    private static final UUID USER = UUID.fromString("0190a1b2-c3d4-7000-8000-000000000001");
    private static final byte[] PLAINTEXT = "payload".getBytes(StandardCharsets.US_ASCII);

    /** With the key above and the nonce a0…ab, for the topic keystrokes and version 1. */
    private static final String GOLDEN = "a0a1a2a3a4a5a6a7a8a9aaab967905412aaa669f59b9fb0da303b893cc6db460d28550";

    @Test
    void decryptsGoldenBytes() throws GeneralSecurityException {
        UserCipher cipher = new TinkUserCipher(USER, DataKey.of(KEY));

        assertThat(cipher.decrypt(HexFormat.of().parseHex(GOLDEN), "keystrokes", 1))
                .isEqualTo(PLAINTEXT);
    }

    @Test
    void isReadableByAnotherAesGcm() throws GeneralSecurityException {
        byte[] bytes = new TinkUserCipher(USER, DataKey.of(KEY)).encrypt(PLAINTEXT, "keystrokes", 1);

        Cipher aes = Cipher.getInstance("AES/GCM/NoPadding");
        aes.init(Cipher.DECRYPT_MODE, new SecretKeySpec(KEY, "AES"), new GCMParameterSpec(128, bytes, 0, 12));
        aes.updateAAD(HexFormat.of().parseHex("0190a1b2c3d470008000000000000001" + "00000001"));
        aes.updateAAD("keystrokes".getBytes(StandardCharsets.US_ASCII));
        assertThat(aes.doFinal(bytes, 12, bytes.length - 12)).isEqualTo(PLAINTEXT);
    }

    /** HMAC-SHA-256 with a key by HKDF-SHA-256, computed with Python's standard library. */
    @Test
    void blindIndexHasStableBytes() {
        assertThat(new TinkUserCipher(USER, DataKey.of(KEY)).blindIndexes("mindful", "sessions.project"))
                .containsExactly(HexFormat.of().parseHex("0a3d90d34c72193b7c6f135b278a1646"));
    }
}
