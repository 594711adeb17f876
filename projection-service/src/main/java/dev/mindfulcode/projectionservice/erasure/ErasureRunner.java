package dev.mindfulcode.projectionservice.erasure;

import dev.mindfulcode.dataprotection.Erasure;
import dev.mindfulcode.dataprotection.ErasurePlace;
import dev.mindfulcode.dataprotection.Erasures;
import dev.mindfulcode.dataprotection.Erasures.Outcome;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executes this service's steps of erasures, in one instance at a time: the one that has the lock. Each can be
 * repeated, so an instance that dies leaves nothing half done.
 */
public final class ErasureRunner implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(ErasureRunner.class);

    private static final long POLL_INTERVAL_MS = 500;
    private static final long RETRY_DELAY_MS = 2_000;
    private static final long STOP_TIMEOUT_MS = 10_000;
    private static final int ERASURES_MAX = 200;

    /** Unique in this database: the letters "rmsteps". */
    private static final long LOCK_ID = 0x726D_7374_6570_73L;

    private static final String LOCK = "SELECT pg_try_advisory_lock(" + LOCK_ID + ")";
    private static final String UNLOCK = "SELECT pg_advisory_unlock(" + LOCK_ID + ")";

    private final DataSource database;
    private final Erasures erasures;
    private final UserRows rows;
    private final Thread thread;
    private volatile boolean isStopping;

    /** @param database with room for two connections */
    public ErasureRunner(DataSource database) {
        this.database = database;
        this.erasures = new Erasures(database);
        this.rows = new UserRows(database);
        thread = Thread.ofPlatform().name("erasures").daemon().unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    /** Ends after the current step. */
    @Override
    public void close() {
        isStopping = true;
        thread.interrupt();
        try {
            thread.join(STOP_TIMEOUT_MS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            while (!isStopping) {
                try {
                    round();
                    TimeUnit.MILLISECONDS.sleep(POLL_INTERVAL_MS);
                } catch (SQLException | RuntimeException e) {
                    if (!isStopping) {
                        // The class and state alone: a message may quote a row.
                        log.warn(
                                "Erasure of rows failed; retrying in {} ms: error={}, sqlState={}",
                                RETRY_DELAY_MS,
                                e.getClass().getName(),
                                e instanceof SQLException sql ? sql.getSQLState() : null);
                    }
                    TimeUnit.MILLISECONDS.sleep(RETRY_DELAY_MS);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void round() throws SQLException {
        if (erasures.open(1).isEmpty()) {
            return;
        }
        try (Connection connection = database.getConnection()) {
            if (!isTrue(connection, LOCK)) {
                return;
            }
            try {
                for (Erasure erasure : erasures.open(ERASURES_MAX)) {
                    advance(erasure);
                }
            } finally {
                isTrue(connection, UNLOCK);
            }
        }
    }

    private void advance(Erasure erasure) throws SQLException {
        if (erasure.isPending(ErasurePlace.READ_MODELS)) {
            long deleted = rows.delete(erasure.userId());
            erasures.finish(erasure.erasureId(), Map.of(ErasurePlace.READ_MODELS, Outcome.deleted(deleted)));
        }
        // The gateway first deletes the requested runs, without which no worker stores anything of a run.
        if (erasure.isPending(ErasurePlace.PLUGIN_RESULTS) && !erasure.isPending(ErasurePlace.PLUGINS)) {
            rows.deletePluginResults(erasure.userId());
            erasures.finish(erasure.erasureId(), Map.of(ErasurePlace.PLUGIN_RESULTS, Outcome.DONE));
        }
    }

    private static boolean isTrue(Connection connection, String sql) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            return row.next() && row.getBoolean(1);
        }
    }
}
