package dev.mindfulcode.identity;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The recent revocations of refresh-token families, API keys and erased users, by id, until every token of theirs has
 * expired. Thread-safe.
 *
 * <p>Bounded without dropping a revocation: above {@link #SIZE_MAX} the set is cleared and everything issued earlier is
 * distrusted, so that clients have to refresh once.
 */
public final class Revocations {

    /**
     * Time from the commit of a revocation until its watches have been notified in every process, also in one that
     * cannot read revocations: it notifies all of its watches.
     */
    public static final Duration WATCHES_END_WITHIN = Duration.ofSeconds(16);

    static final int SIZE_MAX = 100_000;

    private final int sizeMax;
    private final Clock clock;
    private final Map<UUID, Instant> revoked = new ConcurrentHashMap<>();
    private final Map<UUID, Set<Watch>> watches = new ConcurrentHashMap<>();
    private volatile Instant distrustedBefore = Instant.MIN;

    /** An OIDC issuer's token may outlast the revocation of its user. */
    private volatile Consumer<Set<UUID>> removed = ids -> {};

    Revocations(Clock clock, int rememberedMax) {
        this.clock = clock;
        this.sizeMax = rememberedMax;
    }

    /** Adds a committed revocation. */
    public void add(UUID grantId) {
        if (revoked.putIfAbsent(grantId, clock.instant()) == null) {
            watches.getOrDefault(grantId, Set.of()).forEach(Watch::notifyOnce);
            if (revoked.size() > sizeMax) {
                distrustedBefore = clock.instant();
                remove(Set.copyOf(revoked.keySet()));
            }
        }
    }

    boolean contains(@Nullable UUID grantId) {
        return grantId != null && revoked.containsKey(grantId);
    }

    /** Whether a credential issued or looked up at this time must be verified again. */
    boolean isDistrusted(Instant madeAt) {
        return madeAt.isBefore(distrustedBefore);
    }

    /**
     * Runs {@code ended} once: when the grant or user is revoked, or now if it is, or when revocations cannot be read.
     * Close the watch after use.
     */
    public Watch watch(UUID grantId, Runnable ended) {
        Watch watch = new Watch(grantId, ended);
        watches.compute(grantId, (_, watching) -> {
            Set<Watch> those = watching == null ? ConcurrentHashMap.newKeySet() : watching;
            those.add(watch);
            return those;
        });
        if (revoked.containsKey(grantId)) {
            watch.notifyOnce();
        }
        return watch;
    }

    /** Notifies all watches: whether their grants are revoked is unknown. */
    void endWatches() {
        watches.values().forEach(watching -> watching.forEach(Watch::notifyOnce));
    }

    /** Calls {@code action} with the ids of revocations before they are removed. */
    void onRemoved(Consumer<Set<UUID>> action) {
        removed = action;
    }

    void removeExpired() {
        Instant before = clock.instant().minus(AccessTokenFormat.VALIDITY_MAX);
        Set<UUID> expired = new HashSet<>();
        revoked.forEach((id, at) -> {
            if (at.isBefore(before)) {
                expired.add(id);
            }
        });
        remove(expired);
    }

    private void remove(Set<UUID> ids) {
        if (!ids.isEmpty()) {
            removed.accept(ids);
            revoked.keySet().removeAll(ids);
        }
    }

    /** A listener for the revocation of one grant, such as a live connection. */
    public final class Watch implements AutoCloseable {

        private final UUID grantId;
        private final Runnable ended;
        private boolean notified;

        private Watch(UUID grantId, Runnable ended) {
            this.grantId = grantId;
            this.ended = ended;
        }

        private void notifyOnce() {
            synchronized (this) {
                if (notified) {
                    return;
                }
                notified = true;
            }
            ended.run();
        }

        @Override
        public void close() {
            watches.computeIfPresent(grantId, (_, watching) -> {
                watching.remove(this);
                return watching.isEmpty() ? null : watching;
            });
        }
    }
}
