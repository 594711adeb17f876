package dev.mindfulcode.apigateway.live;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/**
 * Bounded queue of messages for one live client. A message replaces a pending one with the same key; beyond
 * {@link #MESSAGES_MAX} the oldest are dropped. Adding a message never blocks. Thread-safe.
 */
final class ConflatingQueue {

    static final int MESSAGES_MAX = 64;

    private final Map<Object, LiveMessage> pending = new LinkedHashMap<>();
    private final AtomicInteger draining = new AtomicInteger();
    private @Nullable FluxSink<LiveMessage> sink;
    private boolean ended;
    private boolean hasState;
    private long waitingSinceNs;

    /** Emits the messages on demand; can be subscribed to once. */
    Flux<LiveMessage> messages() {
        return Flux.create(
                subscribed -> {
                    synchronized (pending) {
                        sink = subscribed;
                    }
                    subscribed.onRequest(n -> drain());
                    drain();
                },
                FluxSink.OverflowStrategy.IGNORE); // drain() respects the demand
    }

    void put(LiveMessage message) {
        synchronized (pending) {
            if (ended) {
                return;
            }
            add(message);
        }
        drain();
    }

    /**
     * Adds the flow state that was known when the client connected, unless another has been added since: that one is
     * newer, and the client may have read it already.
     */
    void putSnapshot(LiveMessage state) {
        synchronized (pending) {
            if (ended || hasState) {
                return;
            }
            add(state);
        }
        drain();
    }

    /** Completes after one last message. */
    void end(LiveMessage last) {
        synchronized (pending) {
            if (!ended) {
                add(last);
                ended = true;
            }
        }
        drain();
    }

    /** Returns how long messages have been pending without the client reading any. */
    long waitingNs(long nowNs) {
        synchronized (pending) {
            return pending.isEmpty() ? 0 : nowNs - waitingSinceNs;
        }
    }

    private void add(LiveMessage message) {
        if (pending.isEmpty()) {
            waitingSinceNs = System.nanoTime();
        }
        hasState |= message.id() != null; // only flow states have one
        // A replaced message keeps its place in the queue.
        pending.put(message.key(), message);
        if (pending.size() > MESSAGES_MAX) {
            pending.put(LiveMessages.UPDATES_DROPPED.key(), LiveMessages.UPDATES_DROPPED);
            Iterator<Object> eldest = pending.keySet().iterator();
            while (pending.size() > MESSAGES_MAX && eldest.hasNext()) {
                if (!eldest.next().equals(LiveMessages.UPDATES_DROPPED.key())) {
                    eldest.remove();
                }
            }
        }
    }

    private @Nullable LiveMessage take() {
        synchronized (pending) {
            Iterator<LiveMessage> first = pending.values().iterator();
            if (!first.hasNext()) {
                return null;
            }
            LiveMessage message = first.next();
            first.remove();
            waitingSinceNs = System.nanoTime();
            return message;
        }
    }

    private void drain() {
        if (draining.getAndIncrement() != 0) {
            return;
        }
        int missed = 1;
        do {
            FluxSink<LiveMessage> client;
            synchronized (pending) {
                client = sink;
            }
            if (client != null) {
                drainTo(client);
            }
            missed = draining.addAndGet(-missed);
        } while (missed != 0);
    }

    private void drainTo(FluxSink<LiveMessage> client) {
        while (client.requestedFromDownstream() > 0) {
            LiveMessage message = take();
            if (message == null) {
                break;
            }
            client.next(message);
        }
        boolean done;
        synchronized (pending) {
            done = ended && pending.isEmpty();
        }
        if (done) {
            client.complete();
        }
    }
}
