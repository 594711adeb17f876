package dev.mindfulcode.dataprotection;

import dev.mindfulcode.dataprotection.Erasures.Outcome;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Removes what Postgres keeps of deleted rows: dead rows in the files of tables, and the write-ahead log that wrote
 * them. Otherwise a deleted key could be read from the disk, and the key-encryption key would unwrap it. Blocks; not
 * thread-safe.
 *
 * <p>A table is locked while it is rewritten, a fraction of a second for 100,000 users.
 */
public final class DatabaseScrub {

    private static final String KEYS = "protection.user_keys";

    private static final String NEXT_TRANSACTION = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text";

    /** As long as such a transaction may read deleted rows, a rewritten table retains them. */
    private static final String OLDER_TRANSACTIONS = """
            SELECT count(*) FROM (
                SELECT backend_xmin AS xid FROM pg_stat_activity
                    WHERE pid <> pg_backend_pid() AND coalesce(datname = current_database(), true)
                UNION ALL SELECT backend_xid FROM pg_stat_activity
                    WHERE pid <> pg_backend_pid() AND datname = current_database()
                UNION ALL SELECT transaction FROM pg_prepared_xacts WHERE database = current_database()
                UNION ALL SELECT xmin FROM pg_replication_slots) running
            WHERE xid IS NOT NULL AND age(xid) > age(?::xid8::xid)""";

    /** Statements that arrive while a rewrite waits for its lock wait as long. */
    private static final String TIMEOUTS = "SET lock_timeout = '300ms'; SET statement_timeout = '60s'";

    private static final String RESET = "RESET lock_timeout; RESET statement_timeout";

    /** Postgres: insufficient_privilege. */
    private static final String NOT_PERMITTED = "42501";

    /** Postgres: lock_not_available. */
    private static final String LOCKED = "55P03";

    private final DataSource database;
    private final List<String> tables = new ArrayList<>();
    private @Nullable String deletedBefore;

    /** @param otherTables whose deleted rows are to be removed too */
    public DatabaseScrub(DataSource database, List<String> otherTables) {
        this.database = database;
        tables.add(KEYS);
        tables.addAll(otherTables);
    }

    /**
     * Removes rows that were deleted before the first of the calls since the last result.
     *
     * @return null as long as an older transaction may read them or holds a lock; call it again
     */
    public @Nullable Outcome run() throws SQLException {
        try (Connection connection = database.getConnection()) {
            String before = deletedBefore;
            if (before == null) {
                before = text(connection, NEXT_TRANSACTION);
                deletedBefore = before;
            }
            if (hasOlderTransactions(connection, before)) {
                return null;
            }
            try {
                execute(connection, TIMEOUTS);
                Outcome outcome = run(connection);
                deletedBefore = null;
                return outcome;
            } catch (SQLException e) {
                if (!LOCKED.equals(e.getSQLState())) {
                    throw e;
                }
                return null;
            } finally {
                execute(connection, RESET);
            }
        }
    }

    private Outcome run(Connection connection) throws SQLException {
        List<String> left = new ArrayList<>();
        for (String table : tables) {
            if (mayRewrite(connection, table)) {
                execute(connection, "VACUUM (FULL) " + table);
            } else {
                left.add("VACUUM (FULL) " + table);
            }
        }
        attempt(connection, "SELECT pg_switch_wal()", left);
        attempt(connection, "CHECKPOINT", left);
        if (text(connection, "SHOW wal_recycle").equals("on")) {
            left.add("set wal_recycle = off, since recycled files of the write-ahead log keep old content");
        }
        if (!text(connection, "SHOW archive_mode").equals("off")) {
            left.add("delete the archived write-ahead log up to now");
        }
        return left.isEmpty()
                ? Outcome.DONE
                : Outcome.operator("The operator of the database has to: " + String.join("; ", left) + ".");
    }

    private static boolean mayRewrite(Connection connection, String table) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement("SELECT has_table_privilege(?, 'MAINTAIN')")) {
            statement.setString(1, table);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getBoolean(1);
            }
        }
    }

    private static boolean hasOlderTransactions(Connection connection, String than) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(OLDER_TRANSACTIONS)) {
            statement.setString(1, than);
            try (ResultSet row = statement.executeQuery()) {
                return row.next() && row.getLong(1) > 0;
            }
        }
    }

    private static void attempt(Connection connection, String sql, List<String> left) throws SQLException {
        try {
            execute(connection, sql);
        } catch (SQLException e) {
            if (!NOT_PERMITTED.equals(e.getSQLState())) {
                throw e;
            }
            left.add(sql);
        }
    }

    private static String text(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString(1);
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
