package dev.mindfulcode.flowstream;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * Keys of the users' stores: the user id (16 bytes), then the rest. The rows of a user are adjacent, so that a prefix
 * scan finds and deletes them.
 */
final class UserStoreKeys {

    static final Serializer<byte[]> PREFIX_SERIALIZER = (topic, prefix) -> prefix;

    private static final int UUID_BYTES = 16;

    private UserStoreKeys() {}

    static byte[] prefix(UUID userId) {
        return put(ByteBuffer.allocate(UUID_BYTES), userId).array();
    }

    /** Returns the keys of a store that begin with a prefix, such as a user id. */
    static List<Bytes> keysWith(KeyValueStore<Bytes, ?> store, byte[] prefix) {
        return keys(store.prefixScan(prefix, PREFIX_SERIALIZER));
    }

    static List<Bytes> keys(KeyValueIterator<Bytes, ?> rows) {
        List<Bytes> keys = new ArrayList<>();
        try (rows) {
            rows.forEachRemaining(row -> keys.add(row.key));
        }
        return keys;
    }

    static Bytes session(UUID userId, UUID sessionId) {
        return Bytes.wrap(
                put(put(ByteBuffer.allocate(2 * UUID_BYTES), userId), sessionId).array());
    }

    static Bytes team(UUID userId, UUID teamId) {
        return session(userId, teamId);
    }

    static Bytes minute(UUID userId, long minuteMs, UUID sessionId) {
        return Bytes.wrap(put(
                        put(ByteBuffer.allocate(2 * UUID_BYTES + Long.BYTES), userId)
                                .putLong(minuteMs),
                        sessionId)
                .array());
    }

    static UUID userIdOf(Bytes key) {
        return uuid(ByteBuffer.wrap(key.get()));
    }

    static UUID sessionIdOf(Bytes sessionKey) {
        return uuid(ByteBuffer.wrap(sessionKey.get(), UUID_BYTES, UUID_BYTES));
    }

    static UUID teamIdOf(Bytes teamKey) {
        return sessionIdOf(teamKey);
    }

    static boolean isMinuteOf(Bytes minuteKey, UUID sessionId) {
        return sessionIdOfMinute(minuteKey).equals(sessionId);
    }

    static UUID sessionIdOfMinute(Bytes minuteKey) {
        return uuid(ByteBuffer.wrap(minuteKey.get(), UUID_BYTES + Long.BYTES, UUID_BYTES));
    }

    static long minuteOf(Bytes minuteKey) {
        return ByteBuffer.wrap(minuteKey.get()).getLong(UUID_BYTES);
    }

    private static ByteBuffer put(ByteBuffer into, UUID id) {
        return into.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
    }

    private static UUID uuid(ByteBuffer from) {
        return new UUID(from.getLong(), from.getLong());
    }
}
