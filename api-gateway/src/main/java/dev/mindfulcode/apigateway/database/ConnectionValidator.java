package dev.mindfulcode.apigateway.database;

import io.r2dbc.spi.Connection;
import io.r2dbc.spi.R2dbcTransientResourceException;
import io.r2dbc.spi.ValidationDepth;
import java.time.Duration;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Mono;

/**
 * Validates a pooled connection with a round trip before it is used, at most once per {@link #VALIDITY}. Without
 * validation the pool would keep connections whose server is gone; validation of each use would double the round trips.
 * A replica must also receive and replay what the primary writes: one that has lost it, or was promoted next to it,
 * would serve deleted rows for ever.
 */
final class ConnectionValidator {

    /** The longest time for which a dead connection can be used. */
    static final Duration VALIDITY = Duration.ofSeconds(1);

    private static final Duration VALIDATION_TIMEOUT = Duration.ofSeconds(1);

    /** A standby without changes to replay is not late, however old its last transaction. */
    private static final String IS_FRESH = """
            SELECT EXISTS (SELECT FROM pg_stat_wal_receiver)
                AND (pg_last_wal_receive_lsn() = pg_last_wal_replay_lsn()
                    OR pg_last_xact_replay_timestamp() > now() - INTERVAL '10 seconds')
            """;

    private final Map<Connection, Long> validatedAtNs = Collections.synchronizedMap(new WeakHashMap<>());
    private final boolean isReplica;

    ConnectionValidator(boolean isReplica) {
        this.isReplica = isReplica;
    }

    /** Completes if the connection is usable; fails if it must be discarded. */
    Publisher<Void> validate(Connection connection) {
        return Mono.defer(() -> {
            Long answered = validatedAtNs.get(connection);
            if (answered != null && System.nanoTime() - answered < VALIDITY.toNanos()) {
                return Mono.empty();
            }
            return (isReplica ? isFresh(connection) : Mono.from(connection.validate(ValidationDepth.REMOTE)))
                    .timeout(VALIDATION_TIMEOUT)
                    .flatMap(isUsable -> {
                        if (!isUsable) {
                            return Mono.error(new R2dbcTransientResourceException(
                                    isReplica ? "The replica does not follow" : "Postgres does not respond"));
                        }
                        validatedAtNs.put(connection, System.nanoTime());
                        return Mono.empty();
                    });
        });
    }

    private static Mono<Boolean> isFresh(Connection connection) {
        return Mono.from(connection.createStatement(IS_FRESH).execute())
                .flatMap(result -> Mono.from(result.map(row -> Boolean.TRUE.equals(row.get(0, Boolean.class)))));
    }
}
