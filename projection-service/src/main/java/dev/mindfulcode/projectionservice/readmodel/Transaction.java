package dev.mindfulcode.projectionservice.readmodel;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Runs work in a transaction on a connection of its own; rolls back if the work fails. */
public final class Transaction {

    private Transaction() {}

    /** @param <E> exception of the work, in addition to SQLException */
    @FunctionalInterface
    public interface Work<T, E extends Exception> {
        T on(Connection connection) throws SQLException, E;
    }

    /** Returns the result of the work after the commit. */
    public static <T, E extends Exception> T run(DataSource database, Work<T, E> work) throws SQLException, E {
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            boolean isCommitted = false;
            try {
                T result = work.on(connection);
                connection.commit();
                isCommitted = true;
                return result;
            } finally {
                if (!isCommitted) {
                    rollback(connection);
                }
            }
        }
    }

    private static void rollback(Connection connection) {
        try {
            connection.rollback();
        } catch (SQLException e) {
            // A broken connection has lost its transaction; the caller receives the first exception.
        }
    }
}
