package dev.mindfulcode.dataprotection;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.List;
import java.util.UUID;
import java.util.stream.Stream;

/**
 * A user's cipher with all keys of the user. Ciphertext does not name its key; the authentication tag shows which
 * one decrypts it, at about two microseconds for each that does not.
 *
 * <p>The associated data is 16 bytes of user id, four of payload version, then the topic's name in UTF-8: fixed lengths
 * first, so that no two triples have the same bytes. It must never change, because all ciphertext in Kafka is bound to
 * it.
 */
final class TinkUserCipher implements UserCipher {

    private final UUID userId;
    private final DataKey encrypting;
    private final List<DataKey> newestFirst;

    /**
     * @param encrypting one of the keys
     * @param newestFirst all keys of the user; at least one
     */
    TinkUserCipher(UUID userId, DataKey encrypting, List<DataKey> newestFirst) {
        this.userId = userId;
        this.encrypting = encrypting;
        this.newestFirst = List.copyOf(newestFirst);
    }

    TinkUserCipher(UUID userId, DataKey key) {
        this(userId, key, List.of(key));
    }

    @Override
    public UUID userId() {
        return userId;
    }

    @Override
    public byte[] encrypt(byte[] plaintext, String topic, int payloadVersion) {
        try {
            return encrypting.aead().encrypt(plaintext, associatedData(topic, payloadVersion));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM is not available", e);
        }
    }

    @Override
    public byte[] decrypt(byte[] ciphertext, String topic, int payloadVersion) throws GeneralSecurityException {
        byte[] associatedData = associatedData(topic, payloadVersion);
        for (int i = 0; i < newestFirst.size() - 1; i++) {
            try {
                return newestFirst.get(i).aead().decrypt(ciphertext, associatedData);
            } catch (GeneralSecurityException e) {
                // Encrypted with an older key, or with none of them: the last one decides.
                continue;
            }
        }
        return newestFirst.getLast().aead().decrypt(ciphertext, associatedData);
    }

    @Override
    public List<byte[]> blindIndexes(String text, String column) {
        return Stream.concat(Stream.of(encrypting), newestFirst.stream().filter(key -> key != encrypting))
                .map(key -> key.index(column, text))
                .toList();
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
