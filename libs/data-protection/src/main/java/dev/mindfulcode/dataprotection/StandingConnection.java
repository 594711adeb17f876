package dev.mindfulcode.dataprotection;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLNonTransientConnectionException;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection for the queries of one thread, which is opened when it is needed and then stays open. A query that
 * fails on it is repeated once on a new one, since the server may have closed an idle connection. Not thread-safe,
 * except {@link #close}, after which queries fail.
 */
public final class StandingConnection implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(StandingConnection.class);

    private static final int NETWORK_TIMEOUT_MS = 8_000;

    private final DataSource dataSource;
    private final boolean isReadOnly;
    private final AtomicReference<@Nullable Connection> connection = new AtomicReference<>();
    private volatile boolean isClosed;

    public StandingConnection(DataSource dataSource, boolean isReadOnly) {
        this.dataSource = dataSource;
        this.isReadOnly = isReadOnly;
    }

    /** Work on the connection; repeatable. */
    @FunctionalInterface
    public interface Query<T> {

        T run(Connection connection) throws SQLException;
    }

    public <T> T run(Query<T> query) throws SQLException {
        boolean isOld = connection.get() != null;
        try {
            return query.run(connect());
        } catch (SQLException e) {
            disconnect();
            if (!isOld) {
                throw e;
            }
            return query.run(connect());
        }
    }

    private Connection connect() throws SQLException {
        requireOpen();
        Connection open = connection.get();
        if (open == null) {
            open = dataSource.getConnection();
            connection.set(open);
            try {
                // Again, once close() sees the connection.
                requireOpen();
                open.setReadOnly(isReadOnly);
                open.setNetworkTimeout(Runnable::run, NETWORK_TIMEOUT_MS);
            } catch (SQLException e) {
                disconnect();
                throw e;
            }
        }
        return open;
    }

    private void requireOpen() throws SQLException {
        if (isClosed) {
            throw new SQLNonTransientConnectionException("Closed by this process");
        }
    }

    private void disconnect() {
        Connection open = connection.getAndSet(null);
        if (open != null) {
            try {
                open.close();
            } catch (SQLException e) {
                log.debug("Closing a connection failed: state={}", e.getSQLState());
            }
        }
    }

    @Override
    public void close() {
        isClosed = true;
        disconnect();
    }
}
