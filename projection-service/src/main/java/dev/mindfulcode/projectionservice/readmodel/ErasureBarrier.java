package dev.mindfulcode.projectionservice.readmodel;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Orders transactions that write rows of users before or after the deletion of an erased user's rows. A writer enters
 * and then reads who is erased; the eraser, after the erasure has been committed, waits until all writers that entered
 * before have left. Later writers know of the erasure, so no row comes back.
 */
public final class ErasureBarrier {

    /** Unique in this database: the letters "rmerase". */
    private static final long LOCK_ID = 0x726D_6572_6173_65L;

    private static final String ENTER = "SELECT pg_advisory_xact_lock_shared(" + LOCK_ID + ")";
    private static final String AWAIT = "SET LOCAL lock_timeout = '5s'; SELECT pg_advisory_xact_lock(" + LOCK_ID + ")";

    private ErasureBarrier() {}

    /** Enters until the transaction ends. A statement after this one sees every erasure that was waited for. */
    public static void enter(Connection connection) throws SQLException {
        execute(connection, ENTER);
    }

    /** Waits for the writers, in a transaction that should then end: new writers wait for it. */
    public static void awaitWriters(Connection connection) throws SQLException {
        execute(connection, AWAIT);
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
