package dev.mindfulcode.projection.minutes;

import java.util.UUID;

/** The zone that a user chose. */
record ZoneRow(UUID userId, String zone, long eventOffset) {}
