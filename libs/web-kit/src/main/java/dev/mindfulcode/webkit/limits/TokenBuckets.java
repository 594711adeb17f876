package dev.mindfulcode.webkit.limits;

import reactor.core.publisher.Mono;

/** Token buckets, one per quota and subject; a new bucket is full. */
public interface TokenBuckets extends AutoCloseable {

    /**
     * Consumes a token.
     *
     * @param subject an address or a user
     */
    Mono<RateLimitResult> tryConsume(Quota quota, String subject);

    @Override
    default void close() {}
}
