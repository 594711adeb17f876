package dev.mindfulcode.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.Date;

/** An identity, and the time at which its credential was issued or looked up. */
record VerifiedCredential(Identity identity, Instant verifiedAt) {

    /**
     * A token is verified again after this time even if it expires later, and connections that it opened end.
     */
    static final Duration VALIDITY_MAX = Duration.ofDays(1);

    static Instant limitExpiry(Date expiresAt, Instant now) {
        Instant max = now.plus(VALIDITY_MAX);
        Instant end = expiresAt.toInstant();
        return end.isBefore(max) ? end : max;
    }
}
