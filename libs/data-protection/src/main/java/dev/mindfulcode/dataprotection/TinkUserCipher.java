package dev.mindfulcode.dataprotection;

import com.google.crypto.tink.Aead;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.UUID;

/**
 * A user's cipher on one Tink primitive. The associated data is 16 bytes of user id, four of payload version, then the
 * topic's name in UTF-8: fixed lengths first, so that no two triples have the same bytes. It must never change, because
 * all ciphertext in Kafka is bound to it.
 */
final class TinkUserCipher implements UserCipher {

    private final UUID userId;
    private final Aead aead;

    TinkUserCipher(UUID userId, Aead aead) {
        this.userId = userId;
        this.aead = aead;
    }

    @Override
    public UUID userId() {
        return userId;
    }

    @Override
    public byte[] encrypt(byte[] plaintext, String topic, int payloadVersion) {
        try {
            return aead.encrypt(plaintext, associatedData(topic, payloadVersion));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM is not available", e);
        }
    }

    @Override
    public byte[] decrypt(byte[] ciphertext, String topic, int payloadVersion) throws GeneralSecurityException {
        return aead.decrypt(ciphertext, associatedData(topic, payloadVersion));
    }

    @Override
    public String toString() {
        return "UserCipher[" + userId + "]";
    }

    private byte[] associatedData(String topic, int payloadVersion) {
        byte[] topicName = topic.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(2 * Long.BYTES + Integer.BYTES + topicName.length)
                .putLong(userId.getMostSignificantBits())
                .putLong(userId.getLeastSignificantBits())
                .putInt(payloadVersion)
                .put(topicName)
                .array();
    }
}
