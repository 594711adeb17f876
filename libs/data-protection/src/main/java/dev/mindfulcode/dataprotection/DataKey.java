package dev.mindfulcode.dataprotection;

import com.google.crypto.tink.Aead;
import com.google.crypto.tink.subtle.Hkdf;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/** One data key of a user: AES-256-GCM and, with a key derived from it, a blind index. Thread-safe. */
final class DataKey {

    static final int INDEX_SIZE_BYTES = 16;

    private static final String HMAC = "HmacSHA256";
    private static final byte[] INDEX_INFO = "mindful-code/blind-index".getBytes(StandardCharsets.UTF_8);

    private final Aead aead;
    private final SecretKeySpec indexKey;

    private DataKey(Aead aead, SecretKeySpec indexKey) {
        this.aead = aead;
        this.indexKey = indexKey;
    }

    /** @param key copied; of {@link AesGcm#KEY_SIZE_BYTES} */
    static DataKey of(byte[] key) {
        try {
            byte[] indexKey = Hkdf.computeHkdf(HMAC, key, new byte[0], INDEX_INFO, AesGcm.KEY_SIZE_BYTES);
            return new DataKey(AesGcm.of(key), new SecretKeySpec(indexKey, HMAC));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HKDF with SHA-256 is not available", e);
        }
    }

    Aead aead() {
        return aead;
    }

    /** Returns a digest of a text in a column. */
    byte[] index(String column, String text) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(indexKey);
            mac.update(column.getBytes(StandardCharsets.UTF_8));
            mac.update((byte) 0); // no column's name has it
            return Arrays.copyOf(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)), INDEX_SIZE_BYTES);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC with SHA-256 is not available", e);
        }
    }
}
