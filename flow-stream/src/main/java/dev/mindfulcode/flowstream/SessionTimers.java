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

/**
 * The sessions that have timers: those that are not ended, and those with unpublished changes.
 *
 * <p>Their keys are stored, so that a restart need not read every session; their timers are in memory only, since they
 * follow from the session. Memory: some 250 bytes per open session. Not thread-safe.
 */
final class SessionTimers {

    private static final byte[] PRESENT = {1};

    /** Later than any time, and far enough from overflow to have a time added to it. */
    private static final long NEVER_MS = Long.MAX_VALUE / 2;

    private final SealedStore store;

    /** When, by the clock of receipt, silence will change the status of each open session. */
    private final Map<Bytes, Long> idleFromMs = new HashMap<>();

    /** When, by the wall clock, each session with unpublished changes is due. */
    private final Map<Bytes, Long> publishFromMs = new LinkedHashMap<>();

    SessionTimers(SealedStore store) {
        this.store = store;
    }

    /** Returns the stored open sessions, those of users without a key too. */
    List<Bytes> openSessions() {
        return store.keys();
    }

    List<Bytes> openSessions(UUID userId) {
        return store.keysOf(userId);
    }

    /** Restores the timers of a stored open session. */
    void restore(Bytes key, TrackedSession session) {
        idleFromMs.put(key, NEVER_MS);
        update(key, session);
    }

    /** Updates the timers after a change of the session; writes only if it becomes open or is no longer. */
    void update(Bytes key, TrackedSession session) {
        boolean isOpen = session.status() != ActivityStatus.ENDED || session.isDirty();
        if (!isOpen) {
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

    void delete(UUID userId) {
        for (Bytes key : openSessions(userId)) {
            forget(key);
            store.delete(key);
        }
    }

    /** Drops the timers of a session, but not its row. */
    void forget(Bytes key) {
        idleFromMs.remove(key);
        publishFromMs.remove(key);
    }

    /** Moves a session that is due to publish behind the others. */
    void postponePublishing(Bytes key) {
        Long fromMs = publishFromMs.remove(key);
        if (fromMs != null) {
            publishFromMs.put(key, fromMs);
        }
    }

    /** Returns the sessions whose status changes by silence until now. */
    List<Bytes> idleBy(long streamNowMs) {
        return keys(idleFromMs, fromMs -> fromMs <= streamNowMs, Integer.MAX_VALUE);
    }

    /** Returns the sessions whose silence began later than now, after the clock was set back. */
    List<Bytes> idleAfter(long streamNowMs) {
        long untilChangeMs = streamNowMs + SessionState.END_TIMEOUT_MS;
        return keys(idleFromMs, fromMs -> fromMs > untilChangeMs && fromMs < NEVER_MS, Integer.MAX_VALUE);
    }

    /**
     * Returns the sessions that are due to publish, the longest waiting first. One that is due later than the interval
     * allows was published before the clock was set back, and is due now.
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
}
