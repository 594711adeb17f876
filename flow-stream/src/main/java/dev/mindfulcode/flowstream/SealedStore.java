package dev.mindfulcode.flowstream;

import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * Rows of users in a key-value store: the key begins with the user's id and holds ids only, the value is sealed with
 * the user's key. Of a user without a key every row reads as absent. Not thread-safe.
 */
final class SealedStore {

    private final KeyValueStore<Bytes, byte[]> store;
    private final RowSeal seal;

    SealedStore(KeyValueStore<Bytes, byte[]> store, UserCiphers ciphers) {
        this.store = store;
        this.seal = new RowSeal(store.name(), ciphers);
    }

    /** Returns a value, for reading only. */
    byte @Nullable [] get(Bytes key) {
        byte[] sealed = store.get(key);
        return sealed == null ? null : seal.open(UserStoreKeys.userIdOf(key), sealed);
    }

    void put(Bytes key, byte[] value) {
        byte[] sealed = seal.seal(UserStoreKeys.userIdOf(key), value);
        if (sealed != null) {
            store.put(key, sealed);
        }
    }

    void delete(Bytes key) {
        store.delete(key);
    }

    void deleteAll(UUID userId) {
        keysOf(userId).forEach(store::delete);
    }

    /** Returns the keys of all rows, of users without a key too. */
    List<Bytes> keys() {
        return UserStoreKeys.keys(store.all());
    }

    List<Bytes> keysOf(UUID userId) {
        return keysWith(UserStoreKeys.prefix(userId));
    }

    /** Returns the keys that begin with a prefix, which begins with a user id. */
    List<Bytes> keysWith(byte[] prefix) {
        return UserStoreKeys.keysWith(store, prefix);
    }

    List<KeyValue<Bytes, byte[]>> rows() {
        return opened(store.all());
    }

    List<KeyValue<Bytes, byte[]>> rowsOf(UUID userId) {
        return opened(store.prefixScan(UserStoreKeys.prefix(userId), UserStoreKeys.PREFIX_SERIALIZER));
    }

    private List<KeyValue<Bytes, byte[]>> opened(KeyValueIterator<Bytes, byte[]> rows) {
        List<KeyValue<Bytes, byte[]>> opened = new ArrayList<>();
        try (rows) {
            rows.forEachRemaining(row -> {
                byte[] value = seal.open(UserStoreKeys.userIdOf(row.key), row.value);
                if (value != null) {
                    opened.add(KeyValue.pair(row.key, value));
                }
            });
        }
        return opened;
    }
}
