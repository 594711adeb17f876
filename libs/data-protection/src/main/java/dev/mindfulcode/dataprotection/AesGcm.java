package dev.mindfulcode.dataprotection;

import com.google.crypto.tink.AccessesPartialKey;
import com.google.crypto.tink.Aead;
import com.google.crypto.tink.InsecureSecretKeyAccess;
import com.google.crypto.tink.LowLevelCryptoCaller;
import com.google.crypto.tink.aead.AesGcmKey;
import com.google.crypto.tink.aead.AesGcmParameters;
import com.google.crypto.tink.aead.subtle.AesGcmAead;
import com.google.crypto.tink.util.SecretBytes;
import java.security.GeneralSecurityException;

/**
 * AES-256-GCM by Tink: 12 bytes of random nonce, ciphertext, 16 bytes of tag. Keys are raw bytes without Tink's
 * keysets, because a keyset per user would be larger than the payload it protects.
 */
final class AesGcm {

    static final int KEY_SIZE_BYTES = 32;
    static final int NONCE_SIZE_BYTES = 12;
    static final int TAG_SIZE_BYTES = 16;
    static final int OVERHEAD_BYTES = NONCE_SIZE_BYTES + TAG_SIZE_BYTES;

    private static final AesGcmParameters PARAMETERS = parameters();

    private AesGcm() {}

    /** Returns a thread-safe primitive. */
    @AccessesPartialKey
    @LowLevelCryptoCaller
    static Aead of(byte[] key) {
        try {
            return AesGcmAead.create(AesGcmKey.builder()
                    .setParameters(PARAMETERS)
                    .setKeyBytes(SecretBytes.copyFrom(key, InsecureSecretKeyAccess.get()))
                    .build());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM unavailable, or the key has not " + KEY_SIZE_BYTES + " bytes", e);
        }
    }

    static byte[] randomKey() {
        return SecretBytes.randomBytes(KEY_SIZE_BYTES).toByteArray(InsecureSecretKeyAccess.get());
    }

    private static AesGcmParameters parameters() {
        try {
            return AesGcmParameters.builder()
                    .setKeySizeBytes(KEY_SIZE_BYTES)
                    .setIvSizeBytes(NONCE_SIZE_BYTES)
                    .setTagSizeBytes(TAG_SIZE_BYTES)
                    .setVariant(AesGcmParameters.Variant.NO_PREFIX)
                    .build();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
