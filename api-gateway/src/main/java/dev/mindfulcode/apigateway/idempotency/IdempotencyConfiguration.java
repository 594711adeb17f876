package dev.mindfulcode.apigateway.idempotency;

import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.webkit.idempotency.IdempotencyFilter;
import java.time.Clock;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import reactor.core.Disposable;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Wires {@code Idempotency-Key}. */
@Configuration(value = "gatewayIdempotencyConfiguration", proxyBeanMethods = false)
public class IdempotencyConfiguration {

    private static final Logger log = LoggerFactory.getLogger(IdempotencyConfiguration.class);
    private static final Duration CLEANUP_INTERVAL = Duration.ofMinutes(5);

    @Bean
    PostgresIdempotencyStore gatewayIdempotencyStore(Database database, AsyncUserCiphers ciphers) {
        return new PostgresIdempotencyStore(database, ciphers, Clock.systemUTC());
    }

    @Bean
    IdempotencyFilter gatewayIdempotencyFilter(PostgresIdempotencyStore store) {
        return new IdempotencyFilter(store);
    }

    /** Deletes expired requests for as long as the context lives. */
    @Bean(destroyMethod = "dispose")
    Disposable gatewayIdempotencyCleanup(PostgresIdempotencyStore store) {
        return Flux.interval(CLEANUP_INTERVAL)
                .onBackpressureDrop()
                .concatMap(_ -> store.deleteExpired().onErrorResume(e -> {
                    log.warn(
                            "Expired idempotent requests not deleted; retrying in {} s: error={}",
                            CLEANUP_INTERVAL.toSeconds(),
                            e.getClass().getName());
                    return Mono.empty();
                }))
                .subscribe();
    }
}
