package dev.mindfulcode.flowengine.time;

import java.time.Instant;
import java.time.ZoneId;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.ArrayList;
import java.util.List;

/**
 * A span of time with a constant offset from UTC. With these a query can group by local hours and days without
 * time-zone rules of its own.
 *
 * @param fromSeconds since the epoch, inclusive
 * @param toSeconds since the epoch, exclusive
 * @param offsetSeconds added to UTC, -64800 to 64800
 */
public record OffsetSpan(long fromSeconds, long toSeconds, int offsetSeconds) {

    /**
     * Returns the parts of a span between changes of the zone's offset, in order.
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
