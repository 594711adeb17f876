package dev.mindfulcode.dataprotection;

import java.time.Instant;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * An erasure that is not complete.
 *
 * @param markerQueued whether the event that marks the user as erased is in the outbox, or was
 * @param marker its position; null until it is published
 * @param contributionEnds by partition; null until the stream has processed the marker
 */
@SuppressWarnings("ArrayRecordComponent") // read once
public record Erasure(
        UUID erasureId,
        UUID userId,
        Instant requestedAt,
        boolean markerQueued,
        @Nullable Position marker,
        Long @Nullable [] contributionEnds,
        Set<ErasurePlace> pending) {

    public record Position(int partition, long offset) {}

    public boolean isPending(ErasurePlace place) {
        return pending.contains(place);
    }

    /** Without the user's id. */
    @Override
    public String toString() {
        return "Erasure[" + erasureId + "]";
    }
}
