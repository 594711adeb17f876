package dev.mindfulcode.apigateway.flow;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;

/**
 * A range of days in a user's time zone.
 *
 * @param last inclusive
 */
record DateRange(ZoneId zone, LocalDate first, LocalDate last) {

    static DateRange upTo(LocalDate last, int count, ZoneId zone) {
        return new DateRange(zone, last.minusDays(count - 1L), last);
    }

    Instant from() {
        return first.atStartOfDay(zone).toInstant();
    }

    /** Exclusive. */
    Instant to() {
        return last.plusDays(1).atStartOfDay(zone).toInstant();
    }
}
