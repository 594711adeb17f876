package dev.mindfulcode.projectionservice.minutes;

import java.util.UUID;

/** A user's time zone, as of an event. */
record ZoneRow(UUID userId, String zone, long eventOffset) {}
