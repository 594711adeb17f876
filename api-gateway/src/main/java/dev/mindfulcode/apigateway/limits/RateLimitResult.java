package dev.mindfulcode.apigateway.limits;

import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;

/**
 * What came of asking a bucket for a token.
 *
 * @param untilNext zero where there was a token
 * @param untilFull when all of the quota is there again
 */
record RateLimitResult(boolean isAllowed, long remaining, Duration untilNext, Duration untilFull) {

    static RateLimitResult of(ConsumptionProbe probe) {
        return new RateLimitResult(
                probe.isConsumed(),
                probe.getRemainingTokens(),
                Duration.ofNanos(probe.getNanosToWaitForRefill()),
                Duration.ofNanos(probe.getNanosToWaitForReset()));
    }
}
