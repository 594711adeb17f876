package dev.mindfulcode.projection.minutes;

import java.time.ZoneId;
import java.util.Set;
import java.util.UUID;

/** The zone that a user chose. */
record ZoneRow(UUID userId, String zone, long eventOffset) {

    /**
     * Names of the IANA data only. Java reads "UTC+2" too, as two hours east, where Postgres takes it for POSIX's two hours
     * west.
     */
    private static final Set<String> KNOWN = Set.copyOf(ZoneId.getAvailableZoneIds());

    static boolean isKnown(String zone) {
        return KNOWN.contains(zone);
    }
}
