package dev.mindfulcode.projectionservice.fold;

import java.util.UUID;
import org.apache.avro.specific.SpecificRecord;

/**
 * A decoded record of a topic.
 *
 * @param offset in its partition; increases with each event of a user, since all of them are in one partition
 * @param userId the record's key; a team on topics that are keyed by team
 */
public record ProjectionEvent(long offset, UUID userId, SpecificRecord value) {}
