package dev.mindfulcode.apigateway.live;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.FluxSink;

/**
 * Bounded queue of messages for one live client. A message replaces a pending one with the same key; beyond
 * {@link #MESSAGES_MAX} the oldest are dropped. What a client missed before it connected comes first. Adding a message
 * never blocks. Thread-safe.
 */
final class ConflatingQueue {

    static final int MESSAGES_MAX = 64;

    private final Map<Object, LiveMessage> pending = new LinkedHashMap<>();
    private final Deque<LiveMessage> missed = new ArrayDeque<>();
    private final Conflation counts;
    private final ReplayBudget budget;
    private final AtomicInteger draining = new AtomicInteger();
    private @Nullable FluxSink<LiveMessage> sink;
    private boolean ended;
    private boolean held;
    private boolean hasState;
    private long waitingSinceNs;

    /** @param budget bound of the missed messages of all clients */
    ConflatingQueue(Conflation counts, ReplayBudget budget) {
        this.counts = counts;
        this.budget = budget;
    }

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

    /** Holds all messages back until {@link #resume}. */
    void hold() {
        synchronized (pending) {
            held = !ended;
        }
    }

    /**
     * Releases the messages, after those that the client missed. A client gets only the last of them if the budget is
     * used up, and none that is not older than a pending message with the same key.
     */
    void resume(List<LiveMessage> messages) {
        synchronized (pending) {
            held = false;
            if (ended) {
                return;
            }
            List<LiveMessage> older =
                    messages.stream().filter(this::isOlderThanPending).toList();
            if (!older.isEmpty() && budget.tryReserve(older.size())) {
                startWaiting();
                missed.addAll(older);
                hasState = true;
            } else if (!older.isEmpty() && !hasState) {
                add(older.getLast());
            }
        }
        drain();
    }

    private boolean isOlderThanPending(LiveMessage message) {
        LiveMessage newer = pending.get(message.key());
        return newer == null || message.at() < newer.at();
    }

    /** Completes after one last message. */
    void end(LiveMessage last) {
        synchronized (pending) {
            if (!ended) {
                add(last);
                ended = true;
                held = false;
            }
        }
        drain();
    }

    /** Discards all messages; no more are accepted. */
    void close() {
        synchronized (pending) {
            ended = true;
            held = false;
            budget.release(missed.size());
            missed.clear();
            pending.clear();
        }
    }

    /** Returns how long messages have been pending without the client reading any. */
    long waitingNs(long nowNs) {
        synchronized (pending) {
            return isEmpty() || held ? 0 : nowNs - waitingSinceNs;
        }
    }

    private boolean isEmpty() {
        return pending.isEmpty() && missed.isEmpty();
    }

    private void startWaiting() {
        if (isEmpty()) {
            waitingSinceNs = System.nanoTime();
        }
    }

    private void add(LiveMessage message) {
        startWaiting();
        hasState |= message.id() != null; // only flow states have one
        // A replaced message keeps its place in the queue.
        if (pending.put(message.key(), message) != null && !message.isHeartbeat()) {
            counts.countReplaced();
        }
        if (pending.size() > MESSAGES_MAX) {
            pending.put(LiveMessages.UPDATES_DROPPED.key(), LiveMessages.UPDATES_DROPPED);
            Iterator<Object> eldest = pending.keySet().iterator();
            while (pending.size() > MESSAGES_MAX && eldest.hasNext()) {
                if (!eldest.next().equals(LiveMessages.UPDATES_DROPPED.key())) {
                    eldest.remove();
                    counts.countDropped();
                }
            }
        }
    }

    private @Nullable LiveMessage take() {
        synchronized (pending) {
            if (held) {
                return null;
            }
            LiveMessage message = missed.poll();
            if (message != null) {
                budget.release(1);
            } else {
                Iterator<LiveMessage> first = pending.values().iterator();
                if (!first.hasNext()) {
                    return null;
                }
                message = first.next();
                first.remove();
            }
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
            done = ended && isEmpty();
        }
        if (done) {
            client.complete();
        }
    }
}
