package dev.mindfulcode.schemas.clock;

import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A Kafka client that is replaced by a new one after the system clock was set back. As thread-safe as the client.
 *
 * @param <T> the client: a producer without transactions, which delivers pending records before it closes, or an admin
 *     client
 */
public final class ReopenableClient<T> implements AutoCloseable {

    private final Supplier<? extends T> open;
    private final Consumer<? super T> close;
    private final ClockStepWatch.Registration registration;
    private volatile T current;
    private boolean isClosed;

    /**
     * Opens the first client.
     *
     * @param name name of the client, for the log
     * @param close closes a client within a timeout
     */
    public ReopenableClient(String name, ClockStepWatch watch, Supplier<? extends T> open, Consumer<? super T> close) {
        this.open = open;
        this.close = close;
        current = open.get();
        registration = watch.onStepBack(name, this::renew);
    }

    /** Returns the current client; earlier ones may be closed. */
    public T get() {
        return current;
    }

    private void renew() {
        T before;
        synchronized (this) {
            if (isClosed) {
                return;
            }
            before = current;
            current = open.get();
        }
        close.accept(before);
    }

    @Override
    public void close() {
        registration.close();
        synchronized (this) {
            isClosed = true;
        }
        close.accept(current);
    }
}
