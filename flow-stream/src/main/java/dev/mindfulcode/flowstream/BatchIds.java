package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.SeenBatches;
import java.nio.ByteBuffer;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The ids of the batches that each session has accepted, as hashes ({@link SeenBatches#hash}), for as long as the
 * session is stored: a batch that is sent again is recognised by its id at any time and under any sequence.
 *
 * <p>Linear hashing: a session has one row per {@link #IDS_PER_ROW} ids and grows by one row at a time, so that a
 * lookup reads one short row and an insertion writes one, or two when a row is split. 8 bytes per batch and some 60
 * bytes per row. Not thread-safe.
 */
final class BatchIds {

    /** On average. */
    static final int IDS_PER_ROW = 32;

    /**
     * Bounds a row if ids were chosen to collide: further ids are not stored, and their batches count each time they
     * are sent.
     */
    static final int IDS_PER_ROW_MAX = 512;

    private static final byte[] EMPTY = {};

    private final SealedStore store;

    BatchIds(SealedStore store) {
        this.store = store;
    }

    /** @param stored how many ids of the session have been stored */
    boolean contains(Bytes sessionKey, long stored, long hash) {
        byte[] row = row(key(sessionKey, indexOf(hash, rows(stored))));
        ByteBuffer ids = ByteBuffer.wrap(row);
        while (ids.hasRemaining()) {
            if (ids.getLong() == hash) {
                return true;
            }
        }
        return false;
    }

    /**
     * Stores an id that is not in the store yet.
     *
     * @param stored how many ids of the session have been stored before this one
     */
    void add(Bytes sessionKey, long stored, long hash) {
        int rows = rows(stored);
        Bytes key = key(sessionKey, indexOf(hash, rows));
        byte[] row = row(key);
        if (row.length < IDS_PER_ROW_MAX * Long.BYTES) {
            store.put(
                    key,
                    ByteBuffer.allocate(row.length + Long.BYTES)
                            .put(row)
                            .putLong(hash)
                            .array());
        }
        if (rows(stored + 1) > rows) {
            split(sessionKey, rows);
        }
    }

    void deleteSession(Bytes sessionKey) {
        delete(sessionKey.get());
    }

    void delete(UUID userId) {
        delete(UserStoreKeys.prefix(userId));
    }

    private void delete(byte[] prefix) {
        store.keysWith(prefix).forEach(store::delete);
    }

    /** Moves the ids that belong to an added row out of the row that held them. */
    private void split(Bytes sessionKey, int added) {
        Bytes fromKey = key(sessionKey, added - Integer.highestOneBit(added));
        ByteBuffer from = ByteBuffer.wrap(row(fromKey));
        ByteBuffer staying = ByteBuffer.allocate(from.remaining());
        ByteBuffer moving = ByteBuffer.allocate(from.remaining());
        while (from.hasRemaining()) {
            long hash = from.getLong();
            (indexOf(hash, added + 1) == added ? moving : staying).putLong(hash);
        }
        store.put(fromKey, bytes(staying));
        store.put(key(sessionKey, added), bytes(moving));
    }

    private static byte[] bytes(ByteBuffer filled) {
        byte[] bytes = new byte[filled.position()];
        filled.flip().get(bytes);
        return bytes;
    }

    private static int rows(long stored) {
        return Math.toIntExact(stored / IDS_PER_ROW) + 1;
    }

    private static int indexOf(long hash, int rows) {
        int doubled = Integer.highestOneBit(rows) << 1;
        int index = (int) hash & (doubled - 1);
        return index < rows ? index : index - doubled / 2;
    }

    private byte[] row(Bytes key) {
        byte @Nullable [] row = store.get(key);
        return row == null ? EMPTY : row;
    }

    private static Bytes key(Bytes sessionKey, int row) {
        byte[] session = sessionKey.get();
        return Bytes.wrap(ByteBuffer.allocate(session.length + Integer.BYTES)
                .put(session)
                .putInt(row)
                .array());
    }
}
