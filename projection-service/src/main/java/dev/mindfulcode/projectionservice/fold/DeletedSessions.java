package dev.mindfulcode.projectionservice.fold;

import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.SessionEventKind;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * The sessions that users deleted, in a table of each projection, so that each can be rebuilt without the others. A
 * deletion and the stream's records of the session are applied by two loops in any order; the later transaction must
 * find the rows of the earlier one. Transactions that write rows of sessions therefore lock the table in shared mode,
 * and transactions that delete sessions lock it exclusively.
 */
public final class DeletedSessions {

    private static final String NOT_DELETED =
            "NOT EXISTS (SELECT FROM {%s} d WHERE d.user_id = u.user_id AND d.session_id = u.session_id)";

    private static final String LOCK_SHARED = "LOCK TABLE {%s} IN ROW SHARE MODE";
    private static final String LOCK_EXCLUSIVE = "LOCK TABLE {%s} IN EXCLUSIVE MODE";
    private static final String INSERT = """
            INSERT INTO {%s} (user_id, session_id)
            SELECT user_id, session_id FROM unnest(?::uuid[], ?::uuid[]) AS u(user_id, session_id)
            ON CONFLICT DO NOTHING
            """;
    private static final String DELETE = """
            DELETE FROM {%s} r USING unnest(?::uuid[], ?::uuid[]) AS u(user_id, session_id)
            WHERE r.user_id = u.user_id AND r.session_id = u.session_id
            """;

    private record Id(UUID userId, UUID sessionId) {}

    private final String lockShared;
    private final String lockExclusive;
    private final String insert;
    private final String delete;

    /** @param table contains rows of sessions; {@code table_deleted} contains the ids of deleted sessions */
    public DeletedSessions(Tables tables, String table) {
        String deleted = table + "_deleted";
        lockShared = tables.qualify(LOCK_SHARED.formatted(deleted));
        lockExclusive = tables.qualify(LOCK_EXCLUSIVE.formatted(deleted));
        insert = tables.qualify(INSERT.formatted(deleted));
        delete = tables.qualify(DELETE.formatted(table));
    }

    /** Returns a condition on a row of {@code u(user_id, session_id)}, valid while the table is locked. */
    public static String notDeleted(String table) {
        return NOT_DELETED.formatted(table + "_deleted");
    }

    /** Returns an empty set of deletions for one transaction. */
    public Deletions begin() {
        return new Deletions();
    }

    /** The sessions deleted by the events of one transaction. A user can delete only their own sessions. */
    public final class Deletions {

        private final Set<Id> sessions = new LinkedHashSet<>();

        /** Adds the event's session if the event is a deletion; returns whether it is. */
        public boolean add(ProjectionEvent event, SessionEvent change) {
            boolean isDeletion = change.getKind() == SessionEventKind.DELETED;
            if (isDeletion) {
                sessions.add(new Id(event.userId(), change.getSessionId()));
            }
            return isDeletion;
        }

        /** Returns the users who deleted sessions, in the order of their ids. */
        public List<UUID> users() {
            return sessions.stream().map(Id::userId).distinct().sorted().toList();
        }

        /**
         * Locks the table and deletes the sessions' rows. Must come first in a transaction, before statements with
         * {@link #notDeleted}.
         *
         * @param writesRows whether the transaction writes rows of sessions afterwards
         * @return how many rows were deleted
         */
        public int flush(Connection connection, boolean writesRows) throws SQLException {
            if (sessions.isEmpty()) {
                if (writesRows) {
                    execute(connection, lockShared);
                }
                return 0;
            }
            execute(connection, lockExclusive);
            ArrayBinder<Id> ids = new ArrayBinder<>(sessions).uuids(Id::userId).uuids(Id::sessionId);
            ids.update(connection, insert);
            return ids.update(connection, delete);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.execute();
        }
    }
}
