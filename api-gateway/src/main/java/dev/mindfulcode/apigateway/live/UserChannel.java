package dev.mindfulcode.apigateway.live;

import dev.mindfulcode.schemas.SessionStatus;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** The live clients of one user and the last known status of their sessions. Thread-safe. */
final class UserChannel {

    static final int SESSIONS_MAX = 32;

    private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();
    private final Map<UUID, KnownStatus> statuses = latestSessions();
    private final Set<UUID> streamed = Collections.newSetFromMap(latestSessions());

    private static <V> Map<UUID, V> latestSessions() {
        return new LinkedHashMap<>(SESSIONS_MAX, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<UUID, V> eldest) {
                return size() > SESSIONS_MAX;
            }
        };
    }

    int clients() {
        int clients = 0;
        for (Subscription subscription : subscriptions) {
            clients += subscription.isClient() ? 1 : 0;
        }
        return clients;
    }

    boolean isEmpty() {
        return subscriptions.isEmpty();
    }

    void add(Subscription subscription) {
        subscriptions.add(subscription);
    }

    void remove(Subscription subscription) {
        subscriptions.remove(subscription);
    }

    void publish(LiveMessage message) {
        for (Subscription subscription : subscriptions) {
            subscription.queue().put(message);
        }
    }

    void forEach(Consumer<Subscription> action) {
        subscriptions.forEach(action);
    }

    /**
     * Applies a status from the stream; returns whether it changed. As in the read model, the later time wins and an
     * end set by the user is final. The first known status is not a change.
     */
    boolean applyStreamStatus(UUID sessionId, SessionStatus status, boolean inFlow, long atMs) {
        synchronized (statuses) {
            KnownStatus before = statuses.get(sessionId);
            if (before != null && (before.isFinal() || atMs <= before.atMs())) {
                return false;
            }
            statuses.put(sessionId, new KnownStatus(status, inFlow, atMs, false));
            return before != null && before.status() != status;
        }
    }

    /** Remembers that the stream reads a session. */
    void addStreamed(UUID sessionId) {
        synchronized (statuses) {
            streamed.add(sessionId);
        }
    }

    /** Returns whether the stream is known to read a session. */
    boolean isStreamed(UUID sessionId) {
        synchronized (statuses) {
            return streamed.contains(sessionId);
        }
    }

    /** Applies a status that the user set. */
    void applyUserStatus(UUID sessionId, SessionStatus status, long atMs) {
        synchronized (statuses) {
            statuses.put(sessionId, new KnownStatus(status, false, atMs, true));
        }
    }

    /** Returns whether any session was in flow at its last update. */
    boolean isInFlow() {
        synchronized (statuses) {
            return statuses.values().stream().anyMatch(KnownStatus::inFlow);
        }
    }

    private record KnownStatus(SessionStatus status, boolean inFlow, long atMs, boolean byUser) {

        boolean isFinal() {
            return byUser && status == SessionStatus.ENDED;
        }
    }
}
