package dev.mindfulcode.flowstream;

import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.dataprotection.UserKeys;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** The keys of the test's database, some of which were destroyed, and which cannot be reached at times. */
final class BreakableKeys implements UserKeys {

    private final Set<UUID> destroyed = new HashSet<>();
    private boolean available = true;

    void destroy(UUID userId) {
        destroyed.add(userId);
    }

    void setAvailable(boolean available) {
        this.available = available;
    }

    @Override
    public UserCipher create(UUID userId) {
        return Typing.KEYS.create(userId);
    }

    @Override
    public Optional<UserCipher> find(UUID userId) {
        if (!available) {
            throw new IllegalStateException("database unavailable");
        }
        return destroyed.contains(userId) ? Optional.empty() : Typing.KEYS.find(userId);
    }
}
