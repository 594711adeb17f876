package dev.mindfulcode.schemas;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * A cache of schema ids that the registry does not know, so that a flood of invalid records causes few requests: one
 * per id and {@link #RETENTION}, and at most {@link #MISSES_MAX} in that time. Thread-safe.
 *
 * <p>Cost: within that time a newly registered schema, or any new schema amid a flood, counts as unknown. Ids that were
 * resolved before are not affected.
 */
final class UnknownSchemas {

    static final Duration RETENTION = Duration.ofSeconds(10);

    static final int MISSES_MAX = 64;

    private final LongSupplier nanoTime;

    /** Time of each miss by id, oldest first. */
    private final Map<Long, Long> missedAtNs = new LinkedHashMap<>();

    UnknownSchemas(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Whether to skip the registry for an id. */
    synchronized boolean refuses(long id) {
        long oldestNs = nanoTime.getAsLong() - RETENTION.toNanos();
        missedAtNs.values().removeIf(atNs -> atNs - oldestNs < 0);
        return missedAtNs.size() >= MISSES_MAX || missedAtNs.containsKey(id);
    }

    synchronized void missed(long id) {
        missedAtNs.put(id, nanoTime.getAsLong());
    }
}
