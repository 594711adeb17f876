package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.ActivityStatus;
import dev.mindfulcode.flowengine.SessionState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.LongPredicate;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.KeyValueStore;

/**
 * The sessions with which the clock still has something to do: those that are not over, and those that have something
 * untold.
 *
 * <p>Which they are is stored, so that a restart finds them without reading every session there ever was; when each is
 * due is kept in memory only, as it can be read off the session. Memory: some 250 bytes an open session. Not
 * thread-safe.
 */
final class SessionTimers {

    private static final byte[] PRESENT = {1};

    /** Later than any time, and far enough from overflow to have a time added to it. */
    private static final long NEVER_MS = Long.MAX_VALUE / 2;

    private final KeyValueStore<Bytes, byte[]> store;

    /** For each watched session when, by the stream's clock, silence will change how it stands. */
    private final Map<Bytes, Long> idleFromMs = new HashMap<>();

    /** For each session with something untold when, by the wall clock, it may tell. */
    private final Map<Bytes, Long> publishFromMs = new LinkedHashMap<>();

    SessionTimers(KeyValueStore<Bytes, byte[]> store) {
        this.store = store;
    }

    /** Returns the sessions that are stored as watched, all of them or one user's. */
    List<Bytes> openSessions() {
        return keys(store.all());
    }

    List<Bytes> openSessions(UUID userId) {
        return keys(store.prefixScan(UserStoreKeys.prefix(userId), UserStoreKeys.PREFIX_SERIALIZER));
    }

    /** Takes note of how a session stands, after each change; writes only when it begins or ceases to be watched. */
    void update(Bytes key, TrackedSession session) {
        boolean watched = session.status() != ActivityStatus.ENDED || session.isDirty();
        if (!watched) {
            remove(key);
            return;
        }
        Long before = idleFromMs.put(key, session.receivedAtMs() + idleUntilChangeMs(session));
        if (before == null) {
            store.put(key, PRESENT);
        }
        if (session.isDirty()) {
            publishFromMs.putIfAbsent(key, session.publishedAtMs() + FlowStatePublisher.PUBLISH_INTERVAL_MS);
        } else {
            publishFromMs.remove(key);
        }
    }

    void remove(Bytes key) {
        if (idleFromMs.remove(key) != null) {
            store.delete(key);
        }
        publishFromMs.remove(key);
    }

    /** Returns the sessions whose silence by now changes how they stand. */
    List<Bytes> idleBy(long streamNowMs) {
        return keys(idleFromMs, fromMs -> fromMs <= streamNowMs, Integer.MAX_VALUE);
    }

    /** Returns the sessions whose silence began later than now, as after the clock was set back. */
    List<Bytes> idleAfter(long streamNowMs) {
        long untilChangeMs = streamNowMs + SessionState.END_TIMEOUT_MS;
        return keys(idleFromMs, fromMs -> fromMs > untilChangeMs && fromMs < NEVER_MS, Integer.MAX_VALUE);
    }

    /**
     * Returns the sessions that may publish what is pending, the longest waiting first. One that would wait for longer
     * than the interval published by a clock that was set back since.
     */
    List<Bytes> publishDueBy(long wallNowMs, int max) {
        return keys(
                publishFromMs,
                fromMs -> fromMs <= wallNowMs || fromMs > wallNowMs + FlowStatePublisher.PUBLISH_INTERVAL_MS,
                max);
    }

    private static long idleUntilChangeMs(TrackedSession session) {
        if (session.status() == ActivityStatus.ENDED) {
            return NEVER_MS;
        }
        boolean engineActive = session.hasActivity() && session.derivedStatus() == ActivityStatus.ACTIVE;
        return engineActive || session.status() == ActivityStatus.ACTIVE
                ? SessionState.PAUSE_TIMEOUT_MS
                : SessionState.END_TIMEOUT_MS;
    }

    private static List<Bytes> keys(Map<Bytes, Long> timesMs, LongPredicate chosen, int max) {
        List<Bytes> keys = new ArrayList<>();
        for (Map.Entry<Bytes, Long> entry : timesMs.entrySet()) {
            if (keys.size() == max) {
                break;
            }
            if (chosen.test(entry.getValue())) {
                keys.add(entry.getKey());
            }
        }
        return keys;
    }

    private static List<Bytes> keys(KeyValueIterator<Bytes, byte[]> rows) {
        List<Bytes> keys = new ArrayList<>();
        try (rows) {
            rows.forEachRemaining(row -> keys.add(row.key));
        }
        return keys;
    }
}
