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
 * Asks a connection across the network whether its server is still there, before it is given out, and not again within
 * {@link #VALIDITY}. A pool that never asks gives out connections for ever whose server went without a word; one that
 * asks each time pays a second round trip for each statement. What counts is the last answer to the question, not the
 * last use: a use may have failed.
 */
final class ConnectionValidator {

    /** And so for as long, at most, a dead connection may come back. */
    static final Duration VALIDITY = Duration.ofSeconds(1);

    private static final Duration VALIDATION_TIMEOUT = Duration.ofSeconds(1);

    private final Map<Connection, Long> validatedAtNs = Collections.synchronizedMap(new WeakHashMap<>());

    /** Completes where the connection may be given out, and fails where it is to be thrown away. */
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
                            return Mono.error(
                                    new R2dbcTransientResourceException("the connection has lost its server"));
                        }
                        validatedAtNs.put(connection, System.nanoTime());
                        return Mono.empty();
                    });
        });
    }
}
