package dev.mindfulcode.ingestservice;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * A cache of the shifts of recently moved sessions, so that a queue that arrives in several uploads moves as one. Each
 * ingest process has its own. Thread-safe.
 */
final class SessionShiftCache {

    private final Cache<UUID, TimeShift> shifts;

    SessionShiftCache(Ticker ticker) {
        shifts = Caffeine.newBuilder()
                .maximumSize(UploadLimits.SHIFTED_SESSIONS_MAX)
                .expireAfterWrite(UploadLimits.SHIFT_RETENTION)
                .ticker(ticker)
                .build();
    }

    boolean isShifted(UUID sessionId) {
        return shifts.getIfPresent(sessionId) != null;
    }

    /**
     * Chooses a session's shift ({@link TimeShift#choose}) and stores it for the session's next upload. Atomic:
     * concurrent uploads get the same shift.
     */
    @Nullable
    TimeShift choose(UUID sessionId, long firstMs, long lastMs, long receivedMs, @Nullable Long clockErrorMs) {
        // Not compute, which would count as a write each time: an entry in use would never expire.
        TimeShift earlier = shifts.getIfPresent(sessionId);
        TimeShift chosen = TimeShift.choose(firstMs, lastMs, receivedMs, clockErrorMs, earlier);
        if (chosen != null && chosen.equals(earlier)) {
            return chosen;
        }
        return shifts.asMap()
                .compute(sessionId, (_, stored) -> TimeShift.choose(firstMs, lastMs, receivedMs, clockErrorMs, stored));
    }
}
