package dev.mindfulcode.flowengine.time;

import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;

/**
 * A span of time in which a zone's offset from UTC stays the same. With these, a query can group by local hours and
 * days without knowing any zone.
 *
 * @param fromSeconds since the epoch, inclusive
 * @param toSeconds since the epoch, exclusive
 * @param offsetSeconds to be added to UTC, -64800 to 64800
 */
public record OffsetSpan(long fromSeconds, long toSeconds, int offsetSeconds) {

    /**
     * Splits a span of time where the zone's offset changes; returns the parts in order, none where the span is empty.
     */
    public static List<OffsetSpan> of(ZoneId zone, Instant from, Instant to) {
        ZoneRules rules = zone.getRules();
        List<OffsetSpan> spans = new ArrayList<>();
        Instant start = from;
        while (start.isBefore(to)) {
            ZoneOffsetTransition next = rules.nextTransition(start);
            Instant end = next == null || next.getInstant().isAfter(to) ? to : next.getInstant();
            spans.add(new OffsetSpan(
                    start.getEpochSecond(),
                    end.getEpochSecond(),
                    rules.getOffset(start).getTotalSeconds()));
            start = end;
        }
        return spans;
    }
}
