package dev.mindfulcode.ingestservice;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The shifts of sessions that were moved lately, so that a long queue, which comes in several uploads, is moved as one.
 * Bounded in number and time; each ingest process has its own. Thread-safe.
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
     * Chooses a session's shift, see {@link TimeShift#choose}, and stores it for the session's next upload. Atomic: of
     * uploads at the same time one comes first, and the others are moved like it.
     */
    @Nullable
    TimeShift choose(UUID sessionId, long firstMs, long lastMs, long receivedMs, @Nullable Long clockErrorMs) {
        // Not compute: that would count as a write each time, and an entry in use would never expire.
        TimeShift earlier = shifts.getIfPresent(sessionId);
        TimeShift chosen = TimeShift.choose(firstMs, lastMs, receivedMs, clockErrorMs, earlier);
        if (chosen != null && chosen.equals(earlier)) {
            return chosen;
        }
        return shifts.asMap()
                .compute(sessionId, (_, stored) -> TimeShift.choose(firstMs, lastMs, receivedMs, clockErrorMs, stored));
    }
}
