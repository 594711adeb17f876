package dev.mindfulcode.projectionservice.fold;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Set;
import java.util.UUID;

/**
 * The sessions that their users deleted, as one projection knows them. A deletion and what the stream tells of the
 * session come in transactions of two loops, in any order: whichever comes second finds the other's traces. For that,
 * whoever writes rows of sessions holds the table, and whoever deletes waits until nobody does.
 *
 * <p>Its own table for each projection, so that each can be built anew without the others.
 */
public final class DeletedSessions {

    /**
     * Says {@code NOT EXISTS} of a row of {@code u(user_id, session_id)}; for use in a statement, once the table is
     * held.
     */
    public static final String NOT_DELETED =
            "NOT EXISTS (SELECT FROM {%s} d WHERE d.user_id = u.user_id AND d.session_id = u.session_id)";

    private static final String HOLD = "LOCK TABLE {%s} IN ROW SHARE MODE";
    private static final String HOLD_ALONE = "LOCK TABLE {%s} IN EXCLUSIVE MODE";
    private static final String INSERT = """
            INSERT INTO {%s} (user_id, session_id)
            SELECT user_id, session_id FROM unnest(?::uuid[], ?::uuid[]) AS u(user_id, session_id)
            ON CONFLICT DO NOTHING
            """;
    private static final String DELETE = """
            DELETE FROM {%s} r USING unnest(?::uuid[], ?::uuid[]) AS u(user_id, session_id)
            WHERE r.user_id = u.user_id AND r.session_id = u.session_id
            """;

    /** A session, as its user's: nobody deletes another's. */
    public record Id(UUID userId, UUID sessionId) {}

    private final String hold;
    private final String holdAlone;
    private final String insert;
    private final String delete;

    /**
     * Binds a projection's tables.
     *
     * @param table has the rows of sessions, and another of its name with {@code _deleted} at the end the deleted ones'
     *     ids
     */
    public DeletedSessions(Tables tables, String table) {
        String deleted = table + "_deleted";
        hold = tables.qualify(HOLD.formatted(deleted));
        holdAlone = tables.qualify(HOLD_ALONE.formatted(deleted));
        insert = tables.qualify(INSERT.formatted(deleted));
        delete = tables.qualify(DELETE.formatted(table));
    }

    /** Lets nobody delete until the transaction ends. Before the first statement that has {@link #NOT_DELETED}. */
    public void lockShared(Connection connection) throws SQLException {
        execute(connection, hold);
    }

    /**
     * Notes deletions and takes the sessions' rows away. The first that a transaction does to the projection's tables.
     *
     * @return how many rows are gone
     */
    public int delete(Connection connection, Set<Id> sessions) throws SQLException {
        execute(connection, holdAlone);
        update(connection, insert, sessions);
        return update(connection, delete, sessions);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.execute();
        }
    }

    private static int update(Connection connection, String sql, Set<Id> sessions) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            new ArrayBinder<>(connection, statement, sessions).uuids(Id::userId).uuids(Id::sessionId);
            return statement.executeUpdate();
        }
    }
}
