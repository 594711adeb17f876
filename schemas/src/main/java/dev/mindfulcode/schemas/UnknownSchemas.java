package dev.mindfulcode.schemas;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * The schema ids that the registry did not know, so that a flood of bad records does not become a flood of requests.
 * Each id is asked for once in {@link #RETENTION}, and of different ids no more than {@link #MISSES_MAX} in that
 * time. Thread-safe.
 *
 * <p>What it costs: a schema registered within that time after its first record was read, or first read amid a flood of
 * {@link #MISSES_MAX} made-up ids, is taken for unknown. Ids that have been read before are not concerned.
 */
final class UnknownSchemas {

    static final Duration RETENTION = Duration.ofSeconds(10);

    static final int MISSES_MAX = 64;

    private final LongSupplier nanoTime;

    /** When each id was missed, oldest first. */
    private final Map<Long, Long> missedAtNs = new LinkedHashMap<>();

    UnknownSchemas(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Whether the registry is not to be asked for this id now. */
    synchronized boolean refuses(long id) {
        long oldestNs = nanoTime.getAsLong() - RETENTION.toNanos();
        missedAtNs.values().removeIf(atNs -> atNs - oldestNs < 0);
        return missedAtNs.size() >= MISSES_MAX || missedAtNs.containsKey(id);
    }

    synchronized void missed(long id) {
        missedAtNs.put(id, nanoTime.getAsLong());
    }
}
