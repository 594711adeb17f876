package dev.mindfulcode.apigateway.database;

import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryMetadata;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.reactivestreams.Publisher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/**
 * Connections to a replica for statements whose Reactor context allows it, to the primary for all others and while the
 * replica is unavailable. The change is logged once each way; meanwhile one statement per interval tries the replica.
 * Thread-safe.
 */
public final class Replica implements ConnectionFactory {

    static final Duration RETRY_INTERVAL = Duration.ofSeconds(5);

    private static final Logger log = LoggerFactory.getLogger(Replica.class);
    private static final String ALLOWED = Replica.class.getName();

    private final ConnectionFactory primary;
    private final ConnectionPool replica;
    private final AtomicBoolean isUnavailable = new AtomicBoolean();
    private final AtomicLong nextTryNs = new AtomicLong();

    Replica(ConnectionFactory primary, ConnectionPool replica) {
        this.primary = primary;
        this.replica = replica;
    }

    /** Allows the statements of this context, which only read, to read from a replica. */
    public static Context allow(Context context) {
        return context.put(ALLOWED, true);
    }

    /** Returns to the primary within a context that allows a replica. */
    public static Context refuse(Context context) {
        return context.delete(ALLOWED);
    }

    @Override
    public Publisher<? extends Connection> create() {
        return Mono.deferContextual(
                context -> context.hasKey(ALLOWED) && isDue() ? fromReplica() : Mono.from(primary.create()));
    }

    private Mono<Connection> fromReplica() {
        return replica.create()
                .doOnNext(_ -> {
                    if (isUnavailable.compareAndSet(true, false)) {
                        log.info("Database replica available again");
                    }
                })
                .onErrorResume(failure -> {
                    nextTryNs.set(System.nanoTime() + RETRY_INTERVAL.toNanos());
                    if (isUnavailable.compareAndSet(false, true)) {
                        log.warn(
                                "Database replica unavailable; reading from the primary: error={}",
                                failure.getClass().getSimpleName());
                    }
                    return Mono.from(primary.create());
                });
    }

    private boolean isDue() {
        if (!isUnavailable.get()) {
            return true;
        }
        long nowNs = System.nanoTime();
        long nextNs = nextTryNs.get();
        return nowNs - nextNs >= 0 && nextTryNs.compareAndSet(nextNs, nowNs + RETRY_INTERVAL.toNanos());
    }

    @Override
    public ConnectionFactoryMetadata getMetadata() {
        return primary.getMetadata();
    }
}
