package dev.mindfulcode.webkit.limits;

import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;

/**
 * The result of consuming a token.
 *
 * @param untilNext until the next token; zero if the request is allowed
 * @param untilFull until the bucket is full again
 */
public record RateLimitResult(boolean isAllowed, long remaining, Duration untilNext, Duration untilFull) {

    static RateLimitResult of(ConsumptionProbe probe) {
        return new RateLimitResult(
                probe.isConsumed(),
                probe.getRemainingTokens(),
                Duration.ofNanos(probe.getNanosToWaitForRefill()),
                Duration.ofNanos(probe.getNanosToWaitForReset()));
    }
}
