package dev.mindfulcode.apigateway.privacy;

import java.util.HashSet;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/** Collects the users that were active, for {@link RetentionJob} to store: a request costs no query. Thread-safe. */
public final class ActivityRecorder {

    /** Further users wait for their next request after the set is stored. */
    private static final int USERS_MAX = 200_000;

    private final Set<UUID> active = ConcurrentHashMap.newKeySet();

    /** Records that a user made a request with a valid credential. */
    public void record(UUID userId) {
        if (active.size() < USERS_MAX) {
            active.add(userId);
        }
    }

    /** Returns whether a user's activity is not stored yet. */
    boolean isPending(UUID userId) {
        return active.contains(userId);
    }

    /** Returns the users since the previous call. */
    Set<UUID> drain() {
        Set<UUID> drained = new HashSet<>();
        active.removeIf(drained::add);
        return drained;
    }
}
