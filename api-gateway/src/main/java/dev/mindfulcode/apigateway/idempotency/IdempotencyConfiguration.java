package dev.mindfulcode.apigateway.idempotency;

import dev.mindfulcode.apigateway.database.AsyncUserCiphers;
import dev.mindfulcode.apigateway.database.Database;
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

    private static final Logger LOG = LoggerFactory.getLogger(IdempotencyConfiguration.class);
    private static final Duration FORGETTING_INTERVAL = Duration.ofMinutes(5);

    @Bean
    IdempotentRequests gatewayIdempotentRequests(Database database) {
        return new IdempotentRequests(database, Clock.systemUTC());
    }

    @Bean
    IdempotencyFilter gatewayIdempotency(IdempotentRequests requests, AsyncUserCiphers ciphers) {
        return new IdempotencyFilter(requests, ciphers);
    }

    /** Deletes what is older than a day, for as long as the context lives. */
    @Bean(destroyMethod = "dispose")
    Disposable gatewayForgetting(IdempotentRequests requests) {
        return Flux.interval(FORGETTING_INTERVAL)
                .onBackpressureDrop()
                .concatMap(_ -> requests.deleteExpired().onErrorResume(e -> {
                    LOG.warn(
                            "Old idempotent requests could not be deleted: {}",
                            e.getClass().getName());
                    return Mono.empty();
                }))
                .subscribe();
    }
}
