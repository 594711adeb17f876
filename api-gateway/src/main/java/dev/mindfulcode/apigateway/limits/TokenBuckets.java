package dev.mindfulcode.apigateway.limits;

import reactor.core.publisher.Mono;

/** One bucket for each quota and subject, made full when it is first asked for. */
interface TokenBuckets extends AutoCloseable {

    /** @param subject whom the quota is counted for: an address, a user */
    Mono<RateLimitResult> tryConsume(Quota quota, String subject);

    @Override
    default void close() {}
}
