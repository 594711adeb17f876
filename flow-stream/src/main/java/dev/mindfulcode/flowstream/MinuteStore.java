package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.FlowReason;
import dev.mindfulcode.flowengine.MinuteCover;
import dev.mindfulcode.flowengine.team.WindowSize;
import dev.mindfulcode.schemas.FlowMinute;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.KeyValue;
import org.apache.kafka.streams.state.KeyValueStore;
import org.apache.kafka.streams.state.WindowStore;
import org.jspecify.annotations.Nullable;

/**
 * The totals of each session in each minute, for as long as batches may still arrive for them. Rows expire {@link
 * #RETENTION} after their last change by the clock of receipt of their partition, independent of their minute. A batch
 * for a minute that may have expired is rejected rather than counted from zero. Not thread-safe.
 */
final class MinuteStore {

    /** The longest accepted lateness of a batch, and a day. */
    static final Duration RETENTION =
            Duration.ofMillis(BatchTimes.BEHIND_RECEIPT_MAX_MS).plusDays(1);

    private static final Bytes PERIOD_KEY = Bytes.wrap(new byte[] {1});
    private static final WindowSize[] SIZES = WindowSize.values();
    private static final UUID FIRST_SESSION = new UUID(0, 0);
    private static final UUID LAST_SESSION = new UUID(-1, -1);

    private final ExpiringStore store;
    private final RowSeal seal;
    private final SessionMinute row = new SessionMinute();

    /** The part of the row that was in time for the window of each size; used only if anything was late. */
    private final SessionMinute[] inTime = new SessionMinute[SIZES.length];

    private final UserMinute userMinute = new UserMinute();
    private final UserMinute[] userMinutes = new UserMinute[SIZES.length];
    private boolean hasLate;

    /** @param clocks stores the period that the minutes have reached */
    MinuteStore(WindowStore<Bytes, byte[]> minutes, KeyValueStore<Bytes, byte[]> clocks, UserCiphers ciphers) {
        this.store = new ExpiringStore(minutes, clocks, PERIOD_KEY, RETENTION);
        this.seal = new RowSeal(minutes.name(), ciphers);
        for (int i = 0; i < SIZES.length; i++) {
            inTime[i] = new SessionMinute();
            userMinutes[i] = new UserMinute();
        }
    }

    /** Returns the instant before which minutes may have expired, once {@link #advanceTo} was called for this time. */
    long horizonMs(long receivedAtMs) {
        return store.storedFromMs(receivedAtMs) + BatchTimes.AHEAD_OF_RECEIPT_MAX_MS;
    }

    boolean expiresRowsAt(long receivedAtMs) {
        return store.isNewPeriod(receivedAtMs);
    }

    /** Expires rows as of the clock of receipt. */
    void advanceTo(long receivedAtMs) {
        store.advanceTo(receivedAtMs);
    }

    /** Reads what a session already covers of a minute. */
    void loadCovers(UUID userId, UUID sessionId, long minuteMs, MinuteCover active, MinuteCover flow) {
        load(get(UserStoreKeys.minute(userId, minuteMs, sessionId)));
        active.setTo(row.active);
        flow.setTo(row.flow);
    }

    /**
     * Adds to what a session counts in a minute.
     *
     * @param grown by how much the totals grow, and all that the session now covers of the minute
     * @param receivedAtMs when ingest received it, which decides in which team windows it counts
     */
    void add(UUID userId, UUID sessionId, long minuteMs, SessionMinute grown, long receivedAtMs) {
        Bytes key = UserStoreKeys.minute(userId, minuteMs, sessionId);
        long version = load(get(key)) + 1;
        separateLate(minuteMs, receivedAtMs);
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
        if (grown.reason != SessionMinute.NO_READING) {
            row.reason = grown.reason;
        }
        put(key, version);
    }

    /** @param delta interruptions to add to a session's minute, negative to remove */
    void addInterruptions(UUID userId, UUID sessionId, long minuteMs, int delta, long receivedAtMs) {
        Bytes key = UserStoreKeys.minute(userId, minuteMs, sessionId);
        long version = load(get(key)) + 1;
        separateLate(minuteMs, receivedAtMs);
        for (int i = 0; i < SIZES.length && hasLate; i++) {
            if (receivedAtMs <= SIZES[i].receivedUntilMs(minuteMs)) {
                inTime[i].totals.interruptions += delta;
            }
        }
        row.totals.interruptions += delta;
        put(key, version);
    }

    private void separateLate(long minuteMs, long receivedAtMs) {
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
        int bytes = Long.BYTES + row.encodedBytes() + 2;
        for (int i = 0; i < SIZES.length && hasLate; i++) {
            bytes += inTime[i].encodedBytes();
        }
        ByteBuffer value = ByteBuffer.allocate(bytes).putLong(version);
        row.encode(value);
        value.put((byte) (hasLate ? 1 : 0));
        for (int i = 0; i < SIZES.length && hasLate; i++) {
            inTime[i].encode(value);
        }
        value.put(row.reason);
        byte[] sealed = seal.seal(UserStoreKeys.userIdOf(key), value.array());
        if (sealed != null) {
            store.put(key, sealed);
        }
    }

    private byte @Nullable [] get(Bytes key) {
        byte[] sealed = store.get(key);
        return sealed == null ? null : seal.open(UserStoreKeys.userIdOf(key), sealed);
    }

    private List<KeyValue<Bytes, byte[]>> range(Bytes from, Bytes to) {
        List<KeyValue<Bytes, byte[]>> opened = new ArrayList<>();
        for (KeyValue<Bytes, byte[]> next : store.range(from, to)) {
            byte[] value = seal.open(UserStoreKeys.userIdOf(next.key), next.value);
            if (value != null) {
                opened.add(KeyValue.pair(next.key, value));
            }
        }
        return opened;
    }

    /** Receives one minute of a user over all sessions. */
    @FunctionalInterface
    interface InTime {
        /** @param bySize the totals in time for the window of each {@link WindowSize}; reused after the call */
        void minute(long minuteMs, MinuteTotals[] bySize);
    }

    /** Visits a user's minutes from one instant to before another. */
    void inTime(UUID userId, long fromMs, long toMs, InTime visitor) {
        MinuteTotals[] bySize = new MinuteTotals[SIZES.length];
        for (int i = 0; i < SIZES.length; i++) {
            bySize[i] = userMinutes[i].totals();
        }
        long minuteMs = Long.MIN_VALUE;
        for (KeyValue<Bytes, byte[]> next : range(
                UserStoreKeys.minute(userId, fromMs, FIRST_SESSION),
                UserStoreKeys.minute(userId, toMs, FIRST_SESSION))) {
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
        if (minuteMs != Long.MIN_VALUE) {
            visitor.minute(minuteMs, bySize);
        }
    }

    /** Sets all stored minutes of a session to zero. Returns them, the earliest first. */
    List<Long> clear(UUID userId, UUID sessionId) {
        List<Long> cleared = new ArrayList<>();
        for (Bytes key : keysOf(userId)) {
            if (UserStoreKeys.isMinuteOf(key, sessionId)) {
                long version = load(get(key)) + 1;
                load(null);
                put(key, version);
                cleared.add(UserStoreKeys.minuteOf(key));
            }
        }
        return cleared;
    }

    /**
     * Returns what a changed session adds to its user's minute, and what the sessions after it add, whose shares may
     * have changed with it. A moment that several sessions cover is the share of the first of them by id, so the shares
     * add up to the union.
     */
    List<FlowMinute> shares(UUID userId, UUID changedSessionId, long minuteMs) {
        List<FlowMinute> shares = new ArrayList<>();
        Bytes changedKey = UserStoreKeys.minute(userId, minuteMs, changedSessionId);
        userMinute.clear();
        for (KeyValue<Bytes, byte[]> next : range(
                UserStoreKeys.minute(userId, minuteMs, FIRST_SESSION),
                UserStoreKeys.minute(userId, minuteMs, LAST_SESSION))) {
            long version = load(next.value);
            MinuteTotals share = userMinute.add(row);
            int order = next.key.compareTo(changedKey);
            if (order >= 0) {
                shares.add(flowMinute(next.key, order == 0 ? version : version + 1, share, row.reason));
            }
            if (order > 0) {
                put(next.key, version + 1);
            }
        }
        return shares;
    }

    private static FlowMinute flowMinute(Bytes key, long version, MinuteTotals share, byte reason) {
        FlowReason notInFlow = reason == SessionMinute.NO_READING ? null : FlowReason.ofCode(reason);
        return new FlowMinute(
                Instant.ofEpochMilli(UserStoreKeys.minuteOf(key)),
                version,
                share.keystrokes,
                share.errors,
                share.contextSwitches,
                share.activeMs,
                share.flowMs,
                share.intensityMs,
                UserStoreKeys.sessionIdOfMinute(key),
                notInFlow == null ? null : notInFlow.name().toLowerCase(Locale.ROOT));
    }

    void delete(UUID userId) {
        keysOf(userId).forEach(store::delete);
    }

    private List<Bytes> keysOf(UUID userId) {
        return store
                .range(UserStoreKeys.minute(userId, 0, FIRST_SESSION), UserStoreKeys.minute(userId, -1, LAST_SESSION))
                .stream()
                .map(row -> row.key)
                .toList();
    }

    /** Decodes a stored row, or an empty one, into the scratch row and returns its version. */
    private long load(byte @Nullable [] value) {
        hasLate = false;
        if (value == null) {
            row.clear();
            return 0;
        }
        ByteBuffer buffer = ByteBuffer.wrap(value);
        long version = buffer.getLong();
        row.decode(buffer);
        hasLate = buffer.get() != 0;
        for (int i = 0; i < SIZES.length && hasLate; i++) {
            inTime[i].decode(buffer);
        }
        // Rows of earlier builds end here.
        row.reason = buffer.hasRemaining() ? buffer.get() : SessionMinute.NO_READING;
        return version;
    }
}
