package dev.mindfulcode.identity;

import java.time.Duration;
import java.time.Instant;
import java.util.Date;

/** An identity, and when what it rests on was made or looked up. */
record Checked(Identity identity, Instant madeAt) {

    /**
     * Whatever a token says of its end, it is verified again after that, and no connection that it opened lasts longer.
     */
    static final Duration BELIEVED_FOR_MAX = Duration.ofDays(1);

    static Instant believedUntil(Date expiresAt, Instant now) {
        Instant max = now.plus(BELIEVED_FOR_MAX);
        Instant end = expiresAt.toInstant();
        return end.isBefore(max) ? end : max;
    }
}
