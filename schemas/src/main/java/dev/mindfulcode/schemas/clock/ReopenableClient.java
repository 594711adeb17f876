package dev.mindfulcode.schemas.clock;

import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * A Kafka client that is replaced by a new one when the system clock was set back. Thread-safe as far as the client is.
 *
 * @param <T> the client: a producer without transactions, which still delivers what it was given before it closes, or
 *     an admin client
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
     * @param name of the client, for the log
     * @param close closes a client within a bound
     */
    public ReopenableClient(String name, ClockStepWatch watch, Supplier<? extends T> open, Consumer<? super T> close) {
        this.open = open;
        this.close = close;
        current = open.get();
        registration = watch.onStepBack(name, this::renew);
    }

    /** Returns the client to use now. One that was returned earlier may be closed. */
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
