package dev.mindfulcode.apigateway.live;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bound of the replayed messages that are pending for all clients together, so that many slow clients that resume at
 * once do not fill the memory. Thread-safe.
 */
final class ReplayBudget {

    private final int messagesMax;
    private final AtomicInteger pending = new AtomicInteger();

    ReplayBudget(int messagesMax) {
        this.messagesMax = messagesMax;
    }

    /** Reserves all of the messages or none. */
    boolean tryReserve(int messages) {
        if (pending.addAndGet(messages) <= messagesMax) {
            return true;
        }
        pending.addAndGet(-messages);
        return false;
    }

    void release(int messages) {
        pending.addAndGet(-messages);
    }

    int pending() {
        return pending.get();
    }
}
