package dev.mindfulcode.dataprotection;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Set;
import java.util.UUID;

/** Users whose keys were destroyed. */
public final class ErasedUsers {

    /**
     * Time from the commit of an erasure until no process decrypts data of the user or accepts their credentials. Each
     * polls erasures several times a second; one that did not succeed for this long uses nothing that it has in memory.
     */
    public static final Duration IN_FORCE_WITHIN = Duration.ofSeconds(5);

    private ErasedUsers() {}

    /**
     * Destroys all keys of a user in the caller's transaction and marks the user as erased. Once it commits, no process
     * creates a key for the user again, and each process drops the user's cipher from memory within a second. Doing it
     * again is harmless.
     *
     * @throws IllegalStateException if the connection is in auto-commit mode
     */
    public static void destroyKeys(Connection connection, UUID userId) throws SQLException {
        UserKeyTable.destroy(connection, userId);
    }

    /** Returns which of the users have been erased, as the connection's transaction sees it. */
    public static Set<UUID> among(Connection connection, Collection<UUID> userIds) throws SQLException {
        return UserKeyTable.erased(connection, userIds);
    }
}
