package dev.mindfulcode.apigateway.limits;

import io.github.bucket4j.ConsumptionProbe;
import java.time.Duration;

/**
 * What came of asking a bucket for a token.
 *
 * @param untilNext zero where there was a token
 * @param untilFull when all of the quota is there again
 */
record Take(boolean isTaken, long remaining, Duration untilNext, Duration untilFull) {

    static Take of(ConsumptionProbe probe) {
        return new Take(
                probe.isConsumed(),
                probe.getRemainingTokens(),
                Duration.ofNanos(probe.getNanosToWaitForRefill()),
                Duration.ofNanos(probe.getNanosToWaitForReset()));
    }
}
