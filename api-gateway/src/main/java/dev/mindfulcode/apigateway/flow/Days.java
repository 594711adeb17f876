package dev.mindfulcode.apigateway.flow;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;

/**
 * A run of days in a user's time zone.
 *
 * @param last inclusive
 */
record Days(ZoneId zone, LocalDate first, LocalDate last) {

    static Days upTo(LocalDate last, int count, ZoneId zone) {
        return new Days(zone, last.minusDays(count - 1L), last);
    }

    Instant from() {
        return first.atStartOfDay(zone).toInstant();
    }

    /** Exclusive. */
    Instant to() {
        return last.plusDays(1).atStartOfDay(zone).toInstant();
    }
}
