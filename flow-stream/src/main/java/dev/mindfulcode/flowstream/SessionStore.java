package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.SessionState;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;

/**
 * The stored sessions, and the working copy of one of them, with the model and the personal layer that it is read
 * with. Not thread-safe.
 */
final class SessionStore {

    private final SealedStore store;
    private final SessionTimers timers;
    private final UserStateStore users;
    private final PersonalLayerStore personal;
    private final ModelStore models;
    private final TrackedSession session = new TrackedSession();

    SessionStore(
            SealedStore store,
            SessionTimers timers,
            UserStateStore users,
            PersonalLayerStore personal,
            ModelStore models) {
        this.store = store;
        this.timers = timers;
        this.users = users;
        this.personal = personal;
        this.models = models;
    }

    /** Returns the working copy: the session loaded or begun last. */
    TrackedSession current() {
        return session;
    }

    /** Loads a session into the working copy; false if it is not stored. */
    boolean load(Bytes key) {
        byte[] stored = store.get(key);
        if (stored == null) {
            return false;
        }
        restore(UserStoreKeys.userIdOf(key), stored);
        return true;
    }

    /** Begins a new session in the working copy. */
    void begin(UUID userId, long startedAtMs, long receivedAtMs) {
        session.begin(users.freshState(userId, startedAtMs), startedAtMs, receivedAtMs);
        session.withPersonalization(personal.layerOf(userId, startedAtMs));
        session.useModel(models.active());
    }

    /** Sets the working copy to a value of {@link TrackedSession#toValue}. */
    void restore(UUID userId, byte[] value) {
        session.load(value);
        session.withPersonalization(personal.layerOf(userId, session.engine().lastActivityAtMs()));
        SessionState model = models.withFingerprint(session.modelFingerprint());
        // A model that no longer exists cannot score on: the session switches, without mixing the two.
        session.useModel(model == null ? models.active() : model);
    }

    void save(Bytes key) {
        store.put(key, session.toValue());
        timers.update(key, session);
    }

    /** Deletes all sessions of a user. */
    void delete(UUID userId) {
        store.deleteAll(userId);
        timers.delete(userId);
    }
}
