package dev.mindfulcode.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.Date;

/** An identity, and when what it rests on was made or looked up. */
record VerifiedCredential(Identity identity, Instant verifiedAt) {

    /**
     * Whatever a token says of its end, it is verified again after that, and no connection that it opened lasts longer.
     */
    static final Duration VALIDITY_MAX = Duration.ofDays(1);

    static Instant limitExpiry(Date expiresAt, Instant now) {
        Instant max = now.plus(VALIDITY_MAX);
        Instant end = expiresAt.toInstant();
        return end.isBefore(max) ? end : max;
    }
}
