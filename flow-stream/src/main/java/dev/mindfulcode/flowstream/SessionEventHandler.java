package dev.mindfulcode.flowstream;

import dev.mindfulcode.flowengine.ActivityStatus;
import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.flowstream.SessionPublisher.Timing;
import dev.mindfulcode.schemas.SessionEvent;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.common.utils.Bytes;

/**
 * Applies what users do to their sessions (start, pause, resume, end, correct, delete) and what silence does to them.
 * Not thread-safe.
 */
final class SessionEventHandler {

    private final UserStores stores;
    private final TrackedSession session;
    private final SessionPublisher publisher;
    private final FlowPeriodDetector periods = new FlowPeriodDetector();

    SessionEventHandler(UserStores stores, SessionPublisher publisher) {
        this.stores = stores;
        this.session = stores.sessions().current();
        this.publisher = publisher;
    }

    /** @param recordedAtMs the gateway's time of the event, at most the wall clock's */
    void apply(UUID userId, SessionEvent event, long recordedAtMs) {
        long atMs = event.getAt().toEpochMilli();
        UUID sessionId = event.getSessionId();
        Bytes key = UserStoreKeys.session(userId, sessionId);
        boolean known = stores.sessions().load(key);
        switch (event.getKind()) {
            case STARTED -> {
                if (!known && !stores.users().isErased(userId)) {
                    stores.sessions().begin(userId, atMs, recordedAtMs);
                    stores.users().setLastSession(userId, sessionId);
                    stores.sessions().save(key);
                }
            }
            case DELETED -> {
                if (!known && !stores.users().isErased(userId)) {
                    stores.sessions().begin(userId, atMs, recordedAtMs);
                    known = true;
                }
                if (known) {
                    delete(userId, sessionId, key, atMs);
                }
            }
            case PAUSED, RESUMED, ENDED, CORRECTED -> {
                // An unknown session belongs to an erased user.
                if (known && !session.isDeleted()) {
                    ActivityStatus before = session.status();
                    periods.begin(session);
                    setStatus(event, atMs);
                    session.updateReceivedAt(recordedAtMs);
                    publishAndSave(key, before, Math.max(atMs, session.lastActivityAtMs()));
                }
            }
            case UPDATED, UNKNOWN -> {
                // Project, language and editor do not matter to the stream.
            }
        }
    }

    /** Publishes no flow state: readers delete the session on the same event. */
    private void delete(UUID userId, UUID sessionId, Bytes key, long atMs) {
        session.engine().end(atMs);
        session.delete();
        stores.reorderBuffer().deleteSession(key);
        stores.batchIds().deleteSession(key);
        publisher.clearMinutes(userId, sessionId);
        stores.sessions().save(key);
    }

    private void setStatus(SessionEvent event, long atMs) {
        switch (event.getKind()) {
            case PAUSED -> {
                if (session.status() == ActivityStatus.ACTIVE
                        && atMs >= session.engine().lastActivityAtMs()) {
                    session.override(ActivityStatus.PAUSED, atMs);
                }
            }
            case RESUMED -> {
                if (session.status() == ActivityStatus.PAUSED) {
                    session.override(ActivityStatus.ACTIVE, atMs);
                }
            }
            case ENDED -> session.endByUser(atMs);
            case CORRECTED -> {
                // A corrected start does not matter to the stream.
                Instant endedAt = event.getEndedAt();
                if (endedAt != null) {
                    session.endByUser(endedAt.toEpochMilli());
                }
            }
            case STARTED, UPDATED, DELETED, UNKNOWN ->
                throw new IllegalArgumentException("Session event sets no status: " + event.getKind());
        }
    }

    /** Loads a session for a step of a poll; if it does not exist, deletes its timers and returns false. */
    private boolean loadNow(Bytes key) {
        stores.ciphers().beginNow(UserStoreKeys.userIdOf(key));
        boolean loaded = stores.sessions().load(key);
        if (!loaded) {
            stores.timers().forget(key);
        }
        return loaded;
    }

    /**
     * Pauses and ends sessions that have been silent for long enough.
     *
     * @throws KeysUnavailableException if a user's key cannot be looked up now; what was done before remains
     */
    void updateIdleSessions(long streamNowMs) {
        for (Bytes key : stores.timers().idleAfter(streamNowMs)) {
            if (loadNow(key)) {
                session.capReceivedAt(streamNowMs);
                stores.sessions().save(key);
            }
        }
        for (Bytes key : stores.timers().idleBy(streamNowMs)) {
            if (loadNow(key)) {
                ActivityStatus before = session.status();
                periods.begin(session);
                long silenceMs = streamNowMs - session.receivedAtMs();
                applySilence(silenceMs);
                publishAndSave(key, before, session.lastActivityAtMs() + thresholdMs(silenceMs));
            }
        }
    }

    /** Returns the length of silence that changed the status, however late it was noticed. */
    private static long thresholdMs(long silenceMs) {
        return silenceMs >= SessionState.END_TIMEOUT_MS ? SessionState.END_TIMEOUT_MS : SessionState.PAUSE_TIMEOUT_MS;
    }

    /** Applies a silence in the session's own time, which may lag behind the time of receipt. */
    private void applySilence(long silenceMs) {
        if (session.hasActivity()) {
            session.extendSilence(session.lastActivityAtMs() + silenceMs);
            session.endOverrideAfterSilence(silenceMs);
        } else {
            session.override(
                    silenceMs >= SessionState.END_TIMEOUT_MS ? ActivityStatus.ENDED : ActivityStatus.PAUSED, 0);
        }
    }

    private void publishAndSave(Bytes key, ActivityStatus before, long atMs) {
        publisher.publish(
                UserStoreKeys.userIdOf(key), UserStoreKeys.sessionIdOf(key), periods, before, atMs, Timing.IF_CHANGED);
        stores.sessions().save(key);
    }

    /**
     * Publishes the flow states that are due, at most so many.
     *
     * @throws KeysUnavailableException if a user's key cannot be looked up now; what was done before remains
     * @return whether none remains that was due
     */
    boolean publishDueBy(long wallMs, int max) {
        List<Bytes> due = stores.timers().publishDueBy(wallMs, max);
        for (Bytes key : due) {
            // First, so that a key that cannot be looked up now keeps no other session waiting.
            stores.timers().postponePublishing(key);
            if (loadNow(key)) {
                periods.begin(session);
                publisher.publish(
                        UserStoreKeys.userIdOf(key),
                        UserStoreKeys.sessionIdOf(key),
                        periods,
                        session.status(),
                        session.lastActivityAtMs(),
                        Timing.NOW);
                stores.sessions().save(key);
            }
        }
        return due.size() < max;
    }
}
