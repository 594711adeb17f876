package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.flowengine.personal.PersonalLayer;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The personal layer of each user, learned from their flow ratings, and the model's intensities of their last hour, so
 * that a rating given a little later is paired with the moment that it is about. One row per user: a ring of {@link
 * #MINUTES} minutes, then the layer once there are ratings. Not thread-safe; a returned layer is valid until the next
 * call.
 */
final class PersonalLayerStore {

    /** Minutes whose intensity is stored, and so the age up to which a rating can be learned from. */
    static final int MINUTES = 60;

    /**
     * A rating is paired with the latest intensity of its own minute or of this many before it: the time after which a
     * session pauses.
     */
    static final int PAIRED_MINUTES_BEFORE_MAX = 5;

    private static final byte LAYOUT_VERSION = 2;
    private static final int AT_RING = 8;
    private static final int SLOT_BYTES = Long.BYTES + Float.BYTES;
    private static final int AT_LAYER = AT_RING + MINUTES * SLOT_BYTES;
    private static final long MINUTE_MS = 60_000;

    private final SealedStore store;
    private final PersonalLayer layer = new PersonalLayer();
    private final FlowReading reading = new FlowReading();

    PersonalLayerStore(SealedStore store) {
        this.store = store;
    }

    /** Returns the user's layer as of an instant, or null for a user without ratings. */
    @Nullable
    PersonalLayer layerOf(UUID userId, long atMs) {
        byte[] row = find(userId);
        return row == null || row.length == AT_LAYER ? null : loaded(row).asOf(atMs);
    }

    /** Stores the model's intensity at the session's last activity; the first of each minute. */
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

    /** Learns from a rating; false if there is no intensity of that time, so that nothing can be learned. */
    boolean learn(UUID userId, long atMs, int flow, double weight) {
        byte[] row = find(userId);
        PersonalLayer changed = loaded(row);
        float modelIntensity = row == null ? Float.NaN : readingOf(row, Math.floorDiv(atMs, MINUTE_MS));
        if (Float.isNaN(modelIntensity)) {
            return false;
        }
        changed.learn(atMs, modelIntensity, flow, weight);
        byte[] stored = row == null ? emptyRow(AT_LAYER) : row;
        byte[] whole = Arrays.copyOf(stored, AT_LAYER + PersonalLayer.SIZE_BYTES);
        System.arraycopy(changed.toBytes(), 0, whole, AT_LAYER, PersonalLayer.SIZE_BYTES);
        store.put(key(userId), whole);
        return true;
    }

    /** Deletes what was learned but not the intensities: the next rating may be about the last hour. */
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
            throw new IllegalStateException("Stored personal layer has layout " + row[0] + ", expected "
                    + LAYOUT_VERSION + "; reset the stream and replay the log");
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
