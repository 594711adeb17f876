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
 */
final class ConnectionValidator {

    /** The longest time for which a dead connection can be used. */
    static final Duration VALIDITY = Duration.ofSeconds(1);

    private static final Duration VALIDATION_TIMEOUT = Duration.ofSeconds(1);

    private final Map<Connection, Long> validatedAtNs = Collections.synchronizedMap(new WeakHashMap<>());

    /** Completes if the connection is usable; fails if it must be discarded. */
    Publisher<Void> validate(Connection connection) {
        return Mono.defer(() -> {
            Long answered = validatedAtNs.get(connection);
            if (answered != null && System.nanoTime() - answered < VALIDITY.toNanos()) {
                return Mono.empty();
            }
            return Mono.from(connection.validate(ValidationDepth.REMOTE))
                    .timeout(VALIDATION_TIMEOUT)
                    .flatMap(alive -> {
                        if (!alive) {
                            return Mono.error(new R2dbcTransientResourceException("Postgres does not respond"));
                        }
                        validatedAtNs.put(connection, System.nanoTime());
                        return Mono.empty();
                    });
        });
    }
}
