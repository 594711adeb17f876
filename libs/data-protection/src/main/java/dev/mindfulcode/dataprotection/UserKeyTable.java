package dev.mindfulcode.dataprotection;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * The tables {@code user_keys}, {@code erased_users} and {@code key_changes}. Creation, rotation and destruction of a
 * user's keys lock the user until their transaction ends, so a destroyed key has no successor, whichever commits first.
 */
final class UserKeyTable {

    private static final int QUERY_TIMEOUT_SECONDS = 10;

    private static final String LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('user-keys/' || ?::text, 0))";

    private static final String SELECT = """
            SELECT user_id, wrapped_key, floor(extract(epoch FROM clock_timestamp() - created_at))::bigint
            FROM protection.user_keys WHERE user_id = ANY (?) ORDER BY user_id, key_number DESC""";

    private static final String INSERT = """
            INSERT INTO protection.user_keys (user_id, key_number, wrapped_key)
            SELECT u.user_id, 1, ? FROM (SELECT ?::uuid AS user_id) u
            WHERE NOT EXISTS (SELECT FROM protection.erased_users e WHERE e.user_id = u.user_id)
                AND NOT EXISTS (SELECT FROM protection.user_keys k WHERE k.user_id = u.user_id)""";

    private static final String INSERT_NEXT = """
            INSERT INTO protection.user_keys (user_id, key_number, wrapped_key)
            SELECT user_id, max(key_number) + 1, ? FROM protection.user_keys WHERE user_id = ? GROUP BY user_id""";

    private static final String DELETE = "DELETE FROM protection.user_keys WHERE user_id = ?";

    private static final String INSERT_ERASED =
            "INSERT INTO protection.erased_users (user_id) VALUES (?) ON CONFLICT DO NOTHING";

    private static final String SELECT_ERASED = "SELECT user_id FROM protection.erased_users WHERE user_id = ANY (?)";

    private static final String INSERT_CHANGE = """
            WITH expired AS (DELETE FROM protection.key_changes WHERE change_id IN (
                SELECT change_id FROM protection.key_changes
                WHERE recorded_at < clock_timestamp() - interval '1 hour' FOR UPDATE SKIP LOCKED))
            INSERT INTO protection.key_changes (user_id) VALUES (?)""";

    private UserKeyTable() {}

    /** A wrapped key of a user. */
    @SuppressWarnings("ArrayRecordComponent") // read once
    record StoredKey(byte[] wrappedKey, long ageSeconds) {}

    /** Returns the keys of each of the users that has one, newest first. */
    static Map<UUID, List<StoredKey>> select(Connection connection, Collection<UUID> userIds) throws SQLException {
        Map<UUID, List<StoredKey>> keys = new HashMap<>();
        try (PreparedStatement statement = prepare(connection, SELECT)) {
            statement.setArray(1, connection.createArrayOf("uuid", userIds.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    keys.computeIfAbsent(row.getObject(1, UUID.class), _ -> new ArrayList<>())
                            .add(new StoredKey(row.getBytes(2), row.getLong(3)));
                }
            }
        }
        return keys;
    }

    /** Inserts the first key of a user in the caller's transaction, unless the user has one or is erased. */
    static void insertFirst(Connection connection, UUID userId, byte[] wrappedKey) throws SQLException {
        lock(connection, userId);
        try (PreparedStatement statement = prepare(connection, INSERT)) {
            statement.setBytes(1, wrappedKey);
            statement.setObject(2, userId);
            statement.executeUpdate();
        }
    }

    /** Inserts a further key in the caller's transaction, which has locked the user. */
    static void insertNext(Connection connection, UUID userId, byte[] wrappedKey) throws SQLException {
        try (PreparedStatement statement = prepare(connection, INSERT_NEXT)) {
            statement.setBytes(1, wrappedKey);
            statement.setObject(2, userId);
            statement.executeUpdate();
        }
        insertChange(connection, userId);
    }

    static void destroy(Connection connection, UUID userId) throws SQLException {
        lock(connection, userId);
        update(connection, DELETE, userId);
        update(connection, INSERT_ERASED, userId);
        insertChange(connection, userId);
    }

    static Set<UUID> erased(Connection connection, Collection<UUID> userIds) throws SQLException {
        Set<UUID> erased = new HashSet<>();
        try (PreparedStatement statement = prepare(connection, SELECT_ERASED)) {
            statement.setArray(1, connection.createArrayOf("uuid", userIds.toArray()));
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    erased.add(row.getObject(1, UUID.class));
                }
            }
        }
        return erased;
    }

    /** Locks a user's keys until the transaction ends; later statements see what earlier holders committed. */
    static void lock(Connection connection, UUID userId) throws SQLException {
        if (connection.getAutoCommit()) {
            throw new IllegalStateException("A change of a user's keys needs a transaction");
        }
        try (PreparedStatement statement = prepare(connection, LOCK)) {
            statement.setObject(1, userId);
            statement.execute();
        }
    }

    private static void insertChange(Connection connection, UUID userId) throws SQLException {
        update(connection, INSERT_CHANGE, userId);
    }

    private static void update(Connection connection, String sql, UUID userId) throws SQLException {
        try (PreparedStatement statement = prepare(connection, sql)) {
            statement.setObject(1, userId);
            statement.executeUpdate();
        }
    }

    static PreparedStatement prepare(Connection connection, String sql) throws SQLException {
        PreparedStatement statement = connection.prepareStatement(sql);
        statement.setQueryTimeout(QUERY_TIMEOUT_SECONDS);
        return statement;
    }
}
