package dev.mindfulcode.projectionservice.erasure;

import dev.mindfulcode.projectionservice.readmodel.ErasureBarrier;
import dev.mindfulcode.projectionservice.readmodel.Transaction;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;

/** The rows of a user in the read model: in the tables in use, and in those of every other build. */
final class UserRows {

    private static final String TABLES = """
            SELECT quote_ident(table_schema) || '.' || quote_ident(table_name)
            FROM information_schema.columns JOIN information_schema.tables USING (table_schema, table_name)
            WHERE column_name = 'user_id' AND table_type = 'BASE TABLE'
                AND (table_schema = 'readmodel' OR starts_with(table_schema, 'readmodel_'))
                AND table_name <> 'analytics_failures'
            ORDER BY 1""";
    /** Years of minutes need longer than other statements. */
    private static final String TIMEOUT = "SET LOCAL statement_timeout = '10min'";

    private static final String DELETE_FAILURES = "DELETE FROM readmodel.analytics_failures WHERE user_id = ?";
    private static final String DELETE_ORPHANED_RUNS = "DELETE FROM readmodel.analytics_runs s"
            + " WHERE NOT EXISTS (SELECT FROM gateway.analytics_runs r WHERE r.run_id = s.run_id)";

    private final DataSource database;

    UserRows(DataSource database) {
        this.database = database;
    }

    /**
     * Deletes the rows of an erased user; returns how many. All in one transaction: a comparison of two builds sees
     * the rows in both or in none.
     */
    long delete(UUID userId) throws SQLException {
        Transaction.<Boolean, SQLException>run(database, connection -> {
            ErasureBarrier.awaitWriters(connection);
            return true;
        });
        return Transaction.<Long, SQLException>run(database, connection -> {
            update(connection, TIMEOUT);
            long deleted = 0;
            for (String table : tables(connection)) {
                deleted += update(connection, "DELETE FROM " + table + " WHERE user_id = ?", userId);
            }
            return deleted;
        });
    }

    /** Deletes the state and results of runs that were deleted with the user's account, and the user's failures. */
    void deletePluginResults(UUID userId) throws SQLException {
        Transaction.<Boolean, SQLException>run(database, connection -> {
            update(connection, DELETE_ORPHANED_RUNS);
            update(connection, DELETE_FAILURES, userId);
            return true;
        });
    }

    private static List<String> tables(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(TABLES);
                ResultSet row = statement.executeQuery()) {
            List<String> tables = new ArrayList<>();
            while (row.next()) {
                tables.add(row.getString(1));
            }
            return tables;
        }
    }

    private static long update(Connection connection, String sql, UUID... parameters) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            return statement.executeLargeUpdate();
        }
    }
}
