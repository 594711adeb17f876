package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.MinuteCover;
import dev.mindfulcode.flowengine.team.WindowSize;
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
 * <p>Not a window store: its clock would be the latest minute of anybody in the partition, and its changelog forgets by
 * the age of records, which loses what a replay of old history has just written. Here a sweep lets go of minutes
 * {@link #RETENTION} older than what ingest has received, a few at a time. How far it has got is stored beside the
 * minutes: a batch for a minute that may be gone is refused rather than counted from nought. Not thread-safe.
 */
final class MinuteStore {

    static final Duration RETENTION = Duration.ofDays(33);

    /** How far the horizon moves at once: a sweep reads every row, so let there be something to find. */
    static final Duration HORIZON_STEP = Duration.ofHours(1);

    static final int SWEEP_ROWS_MAX = 2_000;

    /** Shorter than any minute's key, hence no minute's. */
    private static final Bytes HORIZON_KEY = Bytes.wrap(new byte[] {0});

    /**
     * In the first byte of a row; the version takes the seven others. Rows of an earlier release have 0 there, and no
     * covers.
     */
    private static final long FORMAT_WITH_COVERS = 1;

    private static final int VERSION_BITS = 56;
    private static final WindowSize[] SIZES = WindowSize.values();
    private static final UUID FIRST_SESSION = new UUID(0, 0);
    private static final UUID LAST_SESSION = new UUID(-1, -1);

    private final KeyValueStore<Bytes, byte[]> store;
    private final SessionMinute row = new SessionMinute();

    /** What of the row came in time for the window of each size; of use only where anything came late. */
    private final SessionMinute[] inTime = new SessionMinute[SIZES.length];

    private final UserMinute userMinute = new UserMinute();
    private final UserMinute[] userMinutes = new UserMinute[SIZES.length];
    private boolean hasLate;
    private long horizonMs;
    private @Nullable Bytes sweepFrom;

    MinuteStore(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
        for (int i = 0; i < SIZES.length; i++) {
            inTime[i] = new SessionMinute();
            userMinutes[i] = new UserMinute();
        }
        byte[] horizon = store.get(HORIZON_KEY);
        this.horizonMs =
                horizon == null ? Long.MIN_VALUE : ByteBuffer.wrap(horizon).getLong();
    }

    /** Returns the instant before which minutes are no longer known. */
    long horizonMs() {
        return horizonMs;
    }

    /** Reads what a session covers of a minute already. */
    void loadCovers(UUID userId, UUID sessionId, long minuteMs, MinuteCover active, MinuteCover flow) {
        load(store.get(UserStoreKeys.minute(userId, minuteMs, sessionId)));
        active.setTo(row.active);
        flow.setTo(row.flow);
    }

    /**
     * Adds to what a session counts in a minute.
     *
     * @param grown by how much the totals grow, and all that the session covers of the minute now @param receivedAtMs
     *     when ingest received what is added, which decides in which of its team's windows it still counts
     */
    void add(UUID userId, UUID sessionId, long minuteMs, SessionMinute grown, long receivedAtMs) {
        Bytes key = UserStoreKeys.minute(userId, minuteMs, sessionId);
        long version = load(store.get(key)) + 1;
        noteLate(minuteMs, receivedAtMs);
        for (int i = 0; i < SIZES.length && hasLate; i++) {
            if (receivedAtMs <= SIZES[i].receivedUntilMs(minuteMs)) {
                inTime[i].totals.add(grown.totals);
                inTime[i].active.addGrowth(row.active, grown.active);
                inTime[i].flow.addGrowth(row.flow, grown.flow);
            }
        }
        row.totals.add(grown.totals);
        row.active.setTo(grown.active);
        row.flow.setTo(grown.flow);
        put(key, version);
    }

    /** Adds interruptions to a session's minute, or takes some away. */
    void addInterruptions(UUID userId, UUID sessionId, long minuteMs, int more, long receivedAtMs) {
        Bytes key = UserStoreKeys.minute(userId, minuteMs, sessionId);
        long version = load(store.get(key)) + 1;
        noteLate(minuteMs, receivedAtMs);
        for (int i = 0; i < SIZES.length && hasLate; i++) {
            if (receivedAtMs <= SIZES[i].receivedUntilMs(minuteMs)) {
                inTime[i].totals.interruptions += more;
            }
        }
        row.totals.interruptions += more;
        put(key, version);
    }

    private void noteLate(long minuteMs, long receivedAtMs) {
        if (!hasLate) {
            for (WindowSize size : SIZES) {
                hasLate |= receivedAtMs > size.receivedUntilMs(minuteMs);
            }
            for (int i = 0; i < SIZES.length && hasLate; i++) {
                inTime[i].setTo(row);
            }
        }
    }

    private void put(Bytes key, long version) {
        int bytes = Long.BYTES + row.encodedBytes() + 1;
        for (int i = 0; i < SIZES.length && hasLate; i++) {
            bytes += inTime[i].encodedBytes();
        }
        ByteBuffer value = ByteBuffer.allocate(bytes).putLong(FORMAT_WITH_COVERS << VERSION_BITS | version);
        row.encode(value);
        value.put((byte) (hasLate ? 1 : 0));
        for (int i = 0; i < SIZES.length && hasLate; i++) {
            inTime[i].encode(value);
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
        MinuteTotals[] bySize = new MinuteTotals[SIZES.length];
        for (int i = 0; i < SIZES.length; i++) {
            bySize[i] = userMinutes[i].totals();
        }
        long minuteMs = Long.MIN_VALUE;
        try (KeyValueIterator<Bytes, byte[]> rows = store.range(
                UserStoreKeys.minute(userId, fromMs, FIRST_SESSION),
                UserStoreKeys.minute(userId, toMs, FIRST_SESSION))) {
            while (rows.hasNext()) {
                KeyValue<Bytes, byte[]> next = rows.next();
                long nextMs = UserStoreKeys.minuteOf(next.key);
                if (nextMs != minuteMs) {
                    if (minuteMs != Long.MIN_VALUE) {
                        visitor.minute(minuteMs, bySize);
                    }
                    minuteMs = nextMs;
                    for (UserMinute minute : userMinutes) {
                        minute.clear();
                    }
                }
                load(next.value);
                for (int i = 0; i < SIZES.length; i++) {
                    userMinutes[i].add(hasLate ? inTime[i] : row);
                }
            }
        }
        if (minuteMs != Long.MIN_VALUE) {
            visitor.minute(minuteMs, bySize);
        }
    }

    /** Lets a session count for nothing in what is left of its minutes. Returns these minutes, the earliest first. */
    List<Long> clear(UUID userId, UUID sessionId) {
        List<Bytes> theirs = new ArrayList<>();
        try (KeyValueIterator<Bytes, byte[]> rows =
                store.prefixScan(UserStoreKeys.prefix(userId), UserStoreKeys.PREFIX_SERIALIZER)) {
            rows.forEachRemaining(next -> {
                if (UserStoreKeys.isMinuteOf(next.key, sessionId)) {
                    theirs.add(next.key);
                }
            });
        }
        for (Bytes key : theirs) {
            long version = load(store.get(key)) + 1;
            load(null);
            put(key, version);
        }
        return theirs.stream().map(UserStoreKeys::minuteOf).toList();
    }

    /**
     * Returns what a session that has changed adds to its user's minute, and what those after it add, whose share may
     * have changed with it. A moment that several sessions cover is the share of the first of them by id, so the shares
     * add up to the union.
     */
    List<FlowMinute> shares(UUID userId, UUID changedSessionId, long minuteMs) {
        List<FlowMinute> shares = new ArrayList<>();
        List<Bytes> others = new ArrayList<>();
        Bytes changedKey = UserStoreKeys.minute(userId, minuteMs, changedSessionId);
        userMinute.clear();
        try (KeyValueIterator<Bytes, byte[]> rows = store.range(
                UserStoreKeys.minute(userId, minuteMs, FIRST_SESSION),
                UserStoreKeys.minute(userId, minuteMs, LAST_SESSION))) {
            while (rows.hasNext()) {
                KeyValue<Bytes, byte[]> next = rows.next();
                long version = load(next.value);
                MinuteTotals share = userMinute.add(row);
                int order = next.key.compareTo(changedKey);
                if (order > 0) {
                    others.add(next.key);
                }
                if (order >= 0) {
                    shares.add(flowMinute(next.key, order == 0 ? version : version + 1, share));
                }
            }
        }
        for (Bytes key : others) {
            put(key, load(store.get(key)) + 1);
        }
        return shares;
    }

    private static FlowMinute flowMinute(Bytes key, long version, MinuteTotals share) {
        return new FlowMinute(
                Instant.ofEpochMilli(UserStoreKeys.minuteOf(key)),
                version,
                share.keystrokes,
                share.errors,
                share.contextSwitches,
                share.activeMs,
                share.flowMs,
                share.intensityMs,
                UserStoreKeys.sessionIdOfMinute(key));
    }

    void delete(UUID userId) {
        try (KeyValueIterator<Bytes, byte[]> theirs =
                store.prefixScan(UserStoreKeys.prefix(userId), UserStoreKeys.PREFIX_SERIALIZER)) {
            while (theirs.hasNext()) {
                store.delete(theirs.next().key);
            }
        }
    }

    /** Lets go of old minutes among the next few, given what ingest has received by now. */
    void sweep(long receivedAtMs) {
        if (sweepFrom == null) {
            long horizonNowMs = receivedAtMs - RETENTION.toMillis();
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
                if (seen++ == SWEEP_ROWS_MAX) {
                    return rows.peekNextKey();
                }
                KeyValue<Bytes, byte[]> next = rows.next();
                if (!next.key.equals(HORIZON_KEY) && UserStoreKeys.minuteOf(next.key) < horizonMs) {
                    store.delete(next.key);
                }
            }
        }
        return null;
    }

    /** Puts a stored row, or an empty one, into the scratch row and returns its version. */
    private long load(byte @Nullable [] value) {
        hasLate = false;
        if (value == null) {
            row.clear();
            return 0;
        }
        ByteBuffer buffer = ByteBuffer.wrap(value);
        long head = buffer.getLong();
        if (head >>> VERSION_BITS != FORMAT_WITH_COVERS) {
            loadWithoutCovers(buffer);
            return head;
        }
        row.decode(buffer);
        hasLate = buffer.get() != 0;
        for (int i = 0; i < SIZES.length && hasLate; i++) {
            inTime[i].decode(buffer);
        }
        return head & (1L << VERSION_BITS) - 1;
    }

    /** Reads a row of an earlier release: totals, and what of them came late for each size. */
    private void loadWithoutCovers(ByteBuffer buffer) {
        row.decodeWithoutCovers(buffer);
        hasLate = buffer.hasRemaining();
        MinuteTotals late = new MinuteTotals();
        for (int i = 0; i < SIZES.length && hasLate; i++) {
            late.read(buffer);
            inTime[i].setTo(row);
            inTime[i].totals.subtract(late);
            inTime[i].coverFirst();
        }
    }
}
