package dev.mindfulcode.projectionservice.loop;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Random;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A database whose connections break: before a call, so that it does nothing, or after it, so that nobody learns that
 * it was done, a commit too. What breaks has lost its transaction unless that was committed.
 */
final class FaultyDatabase {

    private final Random random;
    private final double probability;

    FaultyDatabase(Random random, double probability) {
        this.random = random;
        this.probability = probability;
    }

    DataSource around(DataSource source) {
        return wrapped(DataSource.class, source, null);
    }

    private <T> T wrapped(Class<T> type, Object target, @Nullable Connection connection) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    boolean isCleaningUp =
                            method.getName().equals("close") || method.getName().equals("rollback");
                    breakMaybe(connection, isCleaningUp);
                    Object result;
                    try {
                        result = method.invoke(target, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    breakMaybe(connection, isCleaningUp);
                    return switch (result) {
                        case Connection opened -> wrapped(Connection.class, opened, opened);
                        case PreparedStatement statement -> wrapped(PreparedStatement.class, statement, connection);
                        case null -> null;
                        default -> result;
                    };
                }));
    }

    private void breakMaybe(@Nullable Connection connection, boolean isCleaningUp) throws SQLException {
        if (!isCleaningUp && random.nextDouble() < probability) {
            if (connection != null) {
                connection.abort(Runnable::run);
            }
            throw new SQLException("broken by the test", "08006");
        }
    }
}
