package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.schemas.CollectionLevel;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;

/**
 * The state of each user: what they let the product collect, and what a new session needs, which is the sensitivity
 * that they chose and the session that they began or were active in last, since what is normal for a user is learned
 * over sessions. Not thread-safe.
 */
final class UserStateStore {

    private static final byte[] ERASED = {2};
    private static final int ROW_BYTES = 1 + Float.BYTES + 2 * Long.BYTES;

    private final KeyValueStore<Bytes, byte[]> store;
    private final RowSeal seal;
    private final SealedStore sessions;

    UserStateStore(KeyValueStore<Bytes, byte[]> store, UserCiphers ciphers, SealedStore sessions) {
        this.store = store;
        this.seal = new RowSeal(store.name(), ciphers);
        this.sessions = sessions;
    }

    /** Returns the engine's state for a session that begins then. */
    byte[] freshState(UUID userId, long startedAtMs) {
        Row row = find(userId);
        byte[] earlier = row.lastSession == null ? null : sessions.get(UserStoreKeys.session(userId, row.lastSession));
        byte[] state = earlier == null
                ? SessionState.fresh()
                : SessionState.freshAfter(tickTo(startedAtMs, TrackedSession.engineStateOf(earlier)));
        SessionState session = new SessionState().wrap(state);
        session.forgetEventsAfter(startedAtMs);
        if (!Float.isNaN(row.sensitivity)) {
            session.setSensitivity(row.sensitivity);
        }
        return state;
    }

    /**
     * Lets a session continue the one in which the user was active last, before it applies events up to an instant.
     * After that it is the one that others continue, unless the other is ahead of the events.
     */
    void continuePerson(UUID userId, UUID sessionId, SessionState engine, long untilMs) {
        Row row = find(userId);
        UUID last = row.lastSession;
        if (sessionId.equals(last)) {
            return;
        }
        byte[] session = last == null ? null : sessions.get(UserStoreKeys.session(userId, last));
        if (session == null || engine.continuePerson(TrackedSession.engineStateOf(session), untilMs)) {
            put(userId, new Row(row.sensitivity, sessionId, row.collected));
        }
    }

    private static byte[] tickTo(long atMs, byte[] engineState) {
        new SessionState().wrap(engineState).tick(atMs);
        return engineState;
    }

    void setLastSession(UUID userId, UUID sessionId) {
        Row row = find(userId);
        put(userId, new Row(row.sensitivity, sessionId, row.collected));
    }

    void setSensitivity(UUID userId, float sensitivity) {
        Row row = find(userId);
        put(userId, new Row(sensitivity, row.lastSession, row.collected));
    }

    /** Sets what is collected of the user from a time of receipt on. */
    void setLevel(UUID userId, long fromMs, CollectionLevel level) {
        Row row = find(userId);
        put(userId, new Row(row.sensitivity, row.lastSession, row.collected.with(fromMs, level)));
    }

    /** Returns what was collected of the user at a time of receipt. */
    CollectionLevel levelAt(UUID userId, long receivedAtMs) {
        return find(userId).collected.at(receivedAtMs);
    }

    /**
     * Replaces the state by a mark that the user is erased, not sealed, since their key is destroyed: it may stay
     * cached for a moment, and records of theirs are still to be read.
     */
    void erase(UUID userId) {
        store.put(key(userId), ERASED);
    }

    /** Returns whether the user is marked as erased, or has no key any more. */
    boolean isErased(UUID userId) {
        return !seal.hasKey(userId) || Arrays.equals(store.get(key(userId)), ERASED);
    }

    private Row find(UUID userId) {
        byte[] sealed = store.get(key(userId));
        byte[] value = Arrays.equals(sealed, ERASED) ? null : seal.open(userId, sealed);
        if (value == null) {
            return new Row(Float.NaN, null, CollectionHistory.EMPTY);
        }
        ByteBuffer buffer = ByteBuffer.wrap(value);
        boolean hasLast = buffer.get() != 0;
        float sensitivity = buffer.getFloat();
        UUID last = new UUID(buffer.getLong(), buffer.getLong());
        return new Row(sensitivity, hasLast ? last : null, CollectionHistory.read(buffer));
    }

    private void put(UUID userId, Row row) {
        UUID last = row.lastSession;
        ByteBuffer buffer = ByteBuffer.allocate(ROW_BYTES + row.collected.sizeBytes());
        buffer.put((byte) (last == null ? 0 : 1))
                .putFloat(row.sensitivity)
                .putLong(last == null ? 0 : last.getMostSignificantBits())
                .putLong(last == null ? 0 : last.getLeastSignificantBits());
        row.collected.write(buffer);
        byte[] sealed = seal.seal(userId, buffer.array());
        if (sealed != null) {
            store.put(key(userId), sealed);
        }
    }

    private static Bytes key(UUID userId) {
        return Bytes.wrap(UserStoreKeys.prefix(userId));
    }

    /** @param sensitivity NaN if none was chosen */
    private record Row(float sensitivity, @Nullable UUID lastSession, CollectionHistory collected) {}
}
