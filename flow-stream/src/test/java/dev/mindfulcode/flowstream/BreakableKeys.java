package dev.mindfulcode.flowstream;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.dataprotection.UserKeys;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/**
 * The keys of the test's database behind a cache that the test empties. Some were destroyed, and at times the database
 * cannot be reached.
 */
final class BreakableKeys implements UserKeys {

    private final Set<UUID> destroyed = new HashSet<>();
    private final Map<UUID, Optional<UserCipher>> cached = new HashMap<>();
    private boolean available = true;
    private int failuresLeft;
    private int queries;

    void destroy(UUID userId) {
        destroyed.add(userId);
        cached.remove(userId);
    }

    /** Empties the cache too. */
    void setAvailable(boolean available) {
        this.available = available;
        cached.clear();
        queries = 0;
    }

    /** Lets the next queries fail, and those after them succeed. */
    void failNext(int queriesThatFail) {
        failuresLeft = queriesThatFail;
    }

    /** Leaves the cache as it is. */
    void setUnreachable() {
        available = false;
    }

    /** Returns how often the database was queried since its availability was set. */
    int queries() {
        return queries;
    }

    @Override
    public UserCipher create(UUID userId) {
        return Typing.KEYS.create(userId);
    }

    @Override
    public Optional<UserCipher> find(UUID userId) {
        load(Set.of(userId));
        return cached(userId);
    }

    @Override
    public Map<UUID, UserCipher> findAll(Collection<UUID> userIds) {
        load(userIds);
        Map<UUID, UserCipher> found = new HashMap<>();
        userIds.forEach(userId -> cached(userId).ifPresent(cipher -> found.put(userId, cipher)));
        return found;
    }

    @Override
    public Optional<UserCipher> cached(UUID userId) {
        return cached.getOrDefault(userId, Optional.empty());
    }

    private void load(Collection<UUID> userIds) {
        if (cached.keySet().containsAll(userIds)) {
            return;
        }
        if (!available) {
            throw new IllegalStateException("database unavailable");
        }
        if (failuresLeft > 0) {
            failuresLeft--;
            throw new IllegalStateException("database unavailable");
        }
        queries++;
        for (UUID userId : userIds) {
            cached.put(userId, destroyed.contains(userId) ? Optional.empty() : Typing.KEYS.find(userId));
        }
    }
}
