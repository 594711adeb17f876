package dev.mindfulcode.projectionservice.minutes;

import java.util.UUID;

/** The zone that a user chose. */
record ZoneRow(UUID userId, String zone, long eventOffset) {}
