package dev.mindfulcode.flowstream;

import dev.mindfulcode.engine.team.WindowSize;
import dev.mindfulcode.schemas.FlowMinute;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * What each session counts in each minute, for as long as a batch may still come for them.
 *
 * <p>Not a window store: its clock would be the latest minute of anybody in the partition, and its changelog forgets by the age of
 * records, which loses what a replay of old history has just written. Here a sweep lets go of minutes {@link #KEPT_FOR} older than
 * what ingest has received, a few at a time. How far it has got is stored beside the minutes: a batch for a minute that may be gone
 * is refused rather than counted from nought. Not thread-safe.
 */
final class MinuteStore {

    static final Duration KEPT_FOR = Duration.ofDays(33);

    /** How far the horizon moves at once: a sweep reads every row, so let there be something to find. */
    static final Duration HORIZON_STEP = Duration.ofHours(1);

    static final int SWEPT_AT_ONCE_MAX = 2_000;

    /** Shorter than any minute's key, hence no minute's. */
    private static final Bytes HORIZON_KEY = Bytes.wrap(new byte[] {0});

    private static final int ROW_BYTES = Long.BYTES + MinuteTotals.SIZE_BYTES;
    private static final WindowSize[] SIZES = WindowSize.values();
    private static final int LATE_BYTES = SIZES.length * MinuteTotals.SIZE_BYTES;
    private static final UUID FIRST_SESSION = new UUID(0, 0);

    private final KeyValueStore<Bytes, byte[]> store;
    private final MinuteTotals row = new MinuteTotals();

    /** What of the row came too late for the window of each size. */
    private final MinuteTotals[] late = newTotals();

    private boolean hasLate;
    private long horizonMs;
    private @Nullable Bytes sweepFrom;

    MinuteStore(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
        byte[] horizon = store.get(HORIZON_KEY);
        this.horizonMs =
                horizon == null ? Long.MIN_VALUE : ByteBuffer.wrap(horizon).getLong();
    }

    /** Returns the instant before which minutes are no longer known. */
    long horizonMs() {
        return horizonMs;
    }

    /** @param receivedAtMs when ingest received what is added, which decides in which of its team's windows it still counts */
    void add(UUID userId, UUID sessionId, long minuteMs, MinuteTotals more, long receivedAtMs) {
        Bytes key = UserKeyed.minute(userId, minuteMs, sessionId);
        long version = load(store.get(key)) + 1;
        row.add(more);
        for (int i = 0; i < SIZES.length; i++) {
            if (receivedAtMs > SIZES[i].receivedUntilMs(minuteMs)) {
                late[i].add(more);
                hasLate = true;
            }
        }
        put(key, version);
    }

    private void put(Bytes key, long version) {
        ByteBuffer value =
                ByteBuffer.allocate(ROW_BYTES + (hasLate ? LATE_BYTES : 0)).putLong(version);
        row.write(value);
        if (hasLate) {
            for (MinuteTotals totals : late) {
                totals.write(value);
            }
        }
        store.put(key, value.array());
    }

    /** Is told of one minute of a user over all sessions. */
    @FunctionalInterface
    interface InTime {
        /** @param bySize what was in time for the window of each {@link WindowSize}; the caller's to use again */
        void minute(long minuteMs, MinuteTotals[] bySize);
    }

    /** Goes through a user's minutes from one instant to before another. */
    void inTime(UUID userId, long fromMs, long toMs, InTime visitor) {
        MinuteTotals[] bySize = newTotals();
        long minuteMs = Long.MIN_VALUE;
        try (KeyValueIterator<Bytes, byte[]> rows = store.range(
                UserKeyed.minute(userId, fromMs, FIRST_SESSION), UserKeyed.minute(userId, toMs, FIRST_SESSION))) {
            while (rows.hasNext()) {
                KeyValue<Bytes, byte[]> next = rows.next();
                long nextMs = UserKeyed.minuteOf(next.key);
                if (nextMs != minuteMs) {
                    if (minuteMs != Long.MIN_VALUE) {
                        visitor.minute(minuteMs, bySize);
                    }
                    minuteMs = nextMs;
                    for (MinuteTotals totals : bySize) {
                        totals.clear();
                    }
                }
                load(next.value);
                for (int i = 0; i < SIZES.length; i++) {
                    bySize[i].add(row);
                    bySize[i].subtract(late[i]);
                }
            }
        }
        if (minuteMs != Long.MIN_VALUE) {
            visitor.minute(minuteMs, bySize);
        }
    }

    /** Lets a session count for nothing in what is left of its minutes. Returns the earliest of them, or null where there is none. */
    @Nullable
    Long clear(UUID userId, UUID sessionId) {
        Long earliestMs = null;
        List<Bytes> theirs = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> rows =
                store.prefixScan(UserKeyed.prefix(userId), UserKeyed.PREFIX_SERIALIZER)) {
            rows.forEachRemaining(next -> {
                if (UserKeyed.isMinuteOf(next.key, sessionId)) {
                    theirs.add(next.key);
                }
            });
        }
        for (Bytes key : theirs) {
            long version = load(store.get(key)) + 1;
            load(null);
            put(key, version);
            earliestMs = earliestMs == null ? (Long) UserKeyed.minuteOf(key) : earliestMs;
        }
        return earliestMs;
    }

    /** Returns what the session counts in a minute, or null where nothing is known. */
    @Nullable
    FlowMinute find(UUID userId, UUID sessionId, long minuteMs) {
        byte[] value = store.get(UserKeyed.minute(userId, minuteMs, sessionId));
        if (value == null) {
            return null;
        }
        long version = load(value);
        return new FlowMinute(
                Instant.ofEpochMilli(minuteMs),
                version,
                row.keystrokes,
                row.errors,
                row.contextSwitches,
                row.activeMs,
                row.flowMs,
                row.intensityMs,
                sessionId);
    }

    void forget(UUID userId) {
        try (KeyValueIterator<Bytes, byte[]> theirs =
                store.prefixScan(UserKeyed.prefix(userId), UserKeyed.PREFIX_SERIALIZER)) {
            while (theirs.hasNext()) {
                store.delete(theirs.next().key);
            }
        }
    }

    /** Lets go of old minutes among the next few, given what ingest has received by now. */
    void sweep(long receivedAtMs) {
        if (sweepFrom == null) {
            long horizonNowMs = receivedAtMs - KEPT_FOR.toMillis();
            if (horizonNowMs - HORIZON_STEP.toMillis() < horizonMs) {
                return;
            }
            horizonMs = horizonNowMs;
            store.put(
                    HORIZON_KEY,
                    ByteBuffer.allocate(Long.BYTES).putLong(horizonMs).array());
            sweepFrom = HORIZON_KEY;
        }
        sweepFrom = sweepOn(sweepFrom);
    }

    private @Nullable Bytes sweepOn(Bytes from) {
        int seen = 0;
        try (KeyValueIterator<Bytes, byte[]> rows = store.range(from, null)) {
            while (rows.hasNext()) {
                if (seen++ == SWEPT_AT_ONCE_MAX) {
                    return rows.peekNextKey();
                }
                KeyValue<Bytes, byte[]> next = rows.next();
                if (!next.key.equals(HORIZON_KEY) && UserKeyed.minuteOf(next.key) < horizonMs) {
                    store.delete(next.key);
                }
            }
        }
        return null;
    }

    /** Puts a stored row, or an empty one, into the scratch row and returns its version. */
    private long load(byte @Nullable [] value) {
        for (MinuteTotals totals : late) {
            totals.clear();
        }
        hasLate = false;
        if (value == null) {
            row.clear();
            return 0;
        }
        ByteBuffer buffer = ByteBuffer.wrap(value);
        long version = buffer.getLong();
        row.read(buffer);
        if (buffer.hasRemaining()) {
            hasLate = true;
            for (MinuteTotals totals : late) {
                totals.read(buffer);
            }
        }
        return version;
    }

    private static MinuteTotals[] newTotals() {
        MinuteTotals[] totals = new MinuteTotals[SIZES.length];
        for (int i = 0; i < totals.length; i++) {
            totals[i] = new MinuteTotals();
        }
        return totals;
    }
}
