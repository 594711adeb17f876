package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.flowengine.personal.PersonalLayer;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * What each user means by flow, and what the model said of their last hour, so that a label given a little later meets
 * the reading of the moment that it is about. One row a user: a ring of {@link #MINUTES} minutes, then the layer once
 * there are labels. Not thread-safe; the layer given out is good until the next is asked for.
 */
final class PersonalLayerStore {

    /** Minutes whose reading is remembered, and so how long after the fact a label can teach something. */
    static final int MINUTES = 60;

    /**
     * A label is paired with the latest reading of its own minute or of so many before it: as long as a session takes
     * to pause.
     */
    static final int PAIRED_MINUTES_BEFORE_MAX = 5;

    private static final byte LAYOUT_VERSION = 1;
    private static final int AT_RING = 8;
    private static final int SLOT_BYTES = Long.BYTES + Float.BYTES;
    private static final int AT_LAYER = AT_RING + MINUTES * SLOT_BYTES;
    private static final long MINUTE_MS = 60_000;

    private final KeyValueStore<Bytes, byte[]> store;
    private final PersonalLayer layer = new PersonalLayer();
    private final FlowReading reading = new FlowReading();

    PersonalLayerStore(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
    }

    /** Returns the user's layer as of an instant, or null for a user who gave no label. */
    @Nullable
    PersonalLayer layerOf(UUID userId, long atMs) {
        byte[] row = find(userId);
        return row == null || row.length == AT_LAYER ? null : loaded(row).asOf(atMs);
    }

    /** Remembers what the model says as of the session's last activity; of each minute the first such reading. */
    void recordReading(UUID userId, SessionState session) {
        long minute = session.lastActivityAtMs() / MINUTE_MS;
        int at = slotAt(minute);
        byte[] row = find(userId);
        long known = row == null ? 0 : ByteBuffer.wrap(row).getLong(at);
        if (known >= minute) {
            return;
        }
        session.read(reading);
        byte[] changed = row == null ? emptyRow(AT_LAYER) : row.clone();
        ByteBuffer.wrap(changed).putLong(at, minute).putFloat(at + Long.BYTES, reading.modelIntensity());
        store.put(key(userId), changed);
    }

    /**
     * Learns from a label; false where there is no reading of that time, so that the label is counted and nothing more.
     */
    boolean learn(UUID userId, long atMs, int flow, boolean interrupted) {
        byte[] row = find(userId);
        PersonalLayer changed = loaded(row);
        float modelIntensity = row == null ? Float.NaN : readingOf(row, Math.floorDiv(atMs, MINUTE_MS));
        boolean paired = !Float.isNaN(modelIntensity);
        if (paired) {
            changed.learn(atMs, modelIntensity, flow, interrupted);
        } else {
            changed.countWithoutReading();
        }
        byte[] stored = row == null ? emptyRow(AT_LAYER) : row;
        byte[] whole = Arrays.copyOf(stored, AT_LAYER + PersonalLayer.SIZE_BYTES);
        System.arraycopy(changed.toBytes(), 0, whole, AT_LAYER, PersonalLayer.SIZE_BYTES);
        store.put(key(userId), whole);
        return paired;
    }

    /** Forgets what was learned, and not what the model said: the next label may be about the last hour. */
    void reset(UUID userId) {
        byte[] row = find(userId);
        if (row != null) {
            store.put(key(userId), Arrays.copyOf(row, AT_LAYER));
        }
    }

    void delete(UUID userId) {
        store.delete(key(userId));
    }

    private static float readingOf(byte[] row, long labelMinute) {
        ByteBuffer fields = ByteBuffer.wrap(row);
        for (long minute = labelMinute; minute >= labelMinute - PAIRED_MINUTES_BEFORE_MAX; minute--) {
            int at = slotAt(minute);
            if (minute > 0 && fields.getLong(at) == minute) {
                return fields.getFloat(at + Long.BYTES);
            }
        }
        return Float.NaN;
    }

    private PersonalLayer loaded(byte @Nullable [] row) {
        if (row == null || row.length == AT_LAYER) {
            layer.reset();
            return layer;
        }
        return layer.load(Arrays.copyOfRange(row, AT_LAYER, row.length));
    }

    private byte @Nullable [] find(UUID userId) {
        byte[] row = store.get(key(userId));
        if (row != null && row[0] != LAYOUT_VERSION) {
            throw new IllegalStateException(
                    "the stored personal layer is of another release: reset the stream and let it replay");
        }
        return row;
    }

    private static byte[] emptyRow(int length) {
        byte[] row = new byte[length];
        row[0] = LAYOUT_VERSION;
        return row;
    }

    private static int slotAt(long minute) {
        return AT_RING + Math.floorMod(minute, MINUTES) * SLOT_BYTES;
    }

    private static Bytes key(UUID userId) {
        return Bytes.wrap(UserStoreKeys.prefix(userId));
    }
}
