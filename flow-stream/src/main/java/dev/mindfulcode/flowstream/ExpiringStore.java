package dev.mindfulcode.flowstream;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.config.TopicConfig;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.apache.kafka.streams.state.WindowStore;
import org.jspecify.annotations.Nullable;

/**
 * Rows that expire after a retention that begins with their last change: a window store whose windows are the periods
 * in which rows changed. Kafka Streams drops whole segments of expired periods; nothing is swept.
 *
 * <p>A window store expires rows of all keys by the latest timestamp that was ever put into it. Rows are therefore put
 * under the period of the owner's clock and never under a time that a record states: a record from the far future
 * expires nothing, and one from the far past is stored like any other. The period never goes back, because a window
 * store ignores rows of an expired period. Not thread-safe.
 */
final class ExpiringStore {

    /** A row is found in the period of its change and in so many after it. */
    private static final int PERIODS_PER_RETENTION = 3;

    private static final byte[] MARKER = {1};
    private static final long NOT_FOUND = -1;

    private final WindowStore<Bytes, byte[]> rows;
    private final KeyValueStore<Bytes, byte[]> periods;
    private final Bytes periodKey;
    private final long periodMs;
    private long periodStartMs;
    private @Nullable Bytes lastKey;
    private long lastFoundMs = NOT_FOUND;

    /**
     * @param rows made by {@link #builder} for the same retention
     * @param periodKey of the period reached, and of a marker among the rows; shorter than the keys of rows
     */
    ExpiringStore(
            WindowStore<Bytes, byte[]> rows,
            KeyValueStore<Bytes, byte[]> periods,
            Bytes periodKey,
            Duration retention) {
        this.rows = rows;
        this.periods = periods;
        this.periodKey = periodKey;
        this.periodMs = periodMs(retention);
        byte[] stored = periods.get(periodKey);
        periodStartMs = stored == null ? 0 : ByteBuffer.wrap(stored).getLong();
        putMarker();
    }

    /**
     * Puts a row that belongs to nobody, so that the period has a segment: its creation drops expired segments, and a
     * window store without a segment has no committed offset, which Kafka Streams treats as a corrupted task.
     */
    private void putMarker() {
        if (rows.fetch(periodKey, periodStartMs) == null) {
            rows.put(periodKey, MARKER, periodStartMs);
        }
    }

    /**
     * Returns the builder of a store's rows. The changelog expires by the time of append: the records' own timestamps
     * are old in a replay, and the broker would delete what was just written.
     */
    static StoreBuilder<WindowStore<Bytes, byte[]>> builder(String name, Duration retention) {
        Duration period = Duration.ofMillis(periodMs(retention));
        return Stores.windowStoreBuilder(
                        Stores.persistentWindowStore(
                                name, period.multipliedBy(PERIODS_PER_RETENTION + 1), period, false),
                        Serdes.Bytes(),
                        Serdes.ByteArray())
                .withLoggingEnabled(Map.of(TopicConfig.MESSAGE_TIMESTAMP_TYPE_CONFIG, "LogAppendTime"))
                .withCachingEnabled();
    }

    private static long periodMs(Duration retention) {
        return retention.dividedBy(PERIODS_PER_RETENTION).toMillis();
    }

    /** Returns whether a new period has begun by then, so that {@link #advanceTo} expires rows. */
    boolean isNewPeriod(long nowMs) {
        return nowMs >= periodStartMs + periodMs;
    }

    /** Begins the period of this instant, unless a later one has begun. */
    void advanceTo(long nowMs) {
        if (isNewPeriod(nowMs)) {
            periodStartMs = Math.floorDiv(nowMs, periodMs) * periodMs;
            lastKey = null;
            periods.put(
                    periodKey,
                    ByteBuffer.allocate(Long.BYTES).putLong(periodStartMs).array());
            putMarker();
        }
    }

    /** Returns the instant by the owner's clock from which on all changes are stored, if the clock is at this time. */
    long storedFromMs(long nowMs) {
        long currentMs = isNewPeriod(nowMs) ? Math.floorDiv(nowMs, periodMs) * periodMs : periodStartMs;
        return currentMs - PERIODS_PER_RETENTION * periodMs;
    }

    byte @Nullable [] get(Bytes key) {
        if (key.equals(lastKey)) {
            return lastFoundMs == NOT_FOUND ? null : rows.fetch(key, lastFoundMs);
        }
        lastKey = key;
        for (long atMs = periodStartMs; atMs >= oldestMs(); atMs -= periodMs) {
            byte[] value = rows.fetch(key, atMs);
            if (value != null) {
                lastFoundMs = atMs;
                return value;
            }
        }
        lastFoundMs = NOT_FOUND;
        return null;
    }

    @SuppressWarnings("NullAway") // a null value deletes the row
    void put(Bytes key, byte[] value) {
        long foundMs = find(key);
        if (foundMs != NOT_FOUND && foundMs != periodStartMs) {
            rows.put(key, null, foundMs);
        }
        rows.put(key, value, periodStartMs);
        lastFoundMs = periodStartMs;
    }

    @SuppressWarnings("NullAway") // a null value deletes the row
    void delete(Bytes key) {
        long foundMs = find(key);
        if (foundMs != NOT_FOUND) {
            rows.put(key, null, foundMs);
            lastFoundMs = NOT_FOUND;
        }
    }

    /** Returns the period of a row. That of the last key is remembered: a change reads the row before. */
    private long find(Bytes key) {
        if (!key.equals(lastKey)) {
            get(key);
        }
        return lastFoundMs;
    }

    /** Returns the rows from one key to another, both included, ordered by key; the keys are of one length. */
    List<KeyValue<Bytes, byte[]>> range(Bytes from, Bytes to) {
        return sorted(rows.fetch(from, to, oldestMs(), periodStartMs));
    }

    /** Returns all rows, ordered by key. */
    List<KeyValue<Bytes, byte[]>> all() {
        List<KeyValue<Bytes, byte[]>> all = sorted(rows.fetchAll(oldestMs(), periodStartMs));
        all.removeIf(row -> row.key.equals(periodKey));
        return all;
    }

    private static List<KeyValue<Bytes, byte[]>> sorted(KeyValueIterator<Windowed<Bytes>, byte[]> found) {
        List<KeyValue<Bytes, byte[]>> sorted = new ArrayList<>();
        try (found) {
            found.forEachRemaining(row -> sorted.add(KeyValue.pair(row.key.key(), row.value)));
        }
        sorted.sort(Comparator.comparing(row -> row.key));
        return sorted;
    }

    private long oldestMs() {
        return Math.max(0, periodStartMs - PERIODS_PER_RETENTION * periodMs);
    }
}
