package dev.mindfulcode.projectionservice.rebuild;

import dev.mindfulcode.projectionservice.fold.Projection;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Executes the requests in {@code projection_builds}, one at a time, in the one instance that has the lock. The
 * connection of the lock also does the cut-over, so an instance that lost the lock cannot cut over.
 */
public final class RebuildRunner implements AutoCloseable {

    private static final Logger log = LoggerFactory.getLogger(RebuildRunner.class);
    private static final long POLL_INTERVAL_MS = 500;
    private static final long RETRY_DELAY_MS = 2_000;
    private static final long STOP_TIMEOUT_MS = 15_000;
    private static final String LOCK = "SELECT pg_try_advisory_lock(" + 0x7265_6275_696c_64L + ")";
    private static final String UNLOCK = "SELECT pg_advisory_unlock_all()";

    private final RebuildSettings settings;
    private final Thread thread;
    private volatile boolean isStopping;

    public RebuildRunner(RebuildSettings settings) {
        this.settings = settings;
        thread = Thread.ofPlatform().name("rebuilds").unstarted(this::run);
    }

    public void start() {
        thread.start();
    }

    /** Interrupts a build; the next instance that has the lock resumes it. */
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
                try (Connection connection = settings.database().getConnection()) {
                    try {
                        while (isLocked(connection)) {
                            serve(connection);
                            TimeUnit.MILLISECONDS.sleep(POLL_INTERVAL_MS);
                        }
                    } finally {
                        new BuildTable(connection).execute(UNLOCK);
                    }
                } catch (SQLException | RuntimeException e) {
                    if (!isStopping) {
                        log.warn("Rebuild failed; retrying in {} ms", RETRY_DELAY_MS, e);
                    }
                }
                TimeUnit.MILLISECONDS.sleep(RETRY_DELAY_MS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void serve(Connection connection) throws SQLException, InterruptedException {
        BuildTable builds = new BuildTable(connection);
        for (Build dropped : builds.in("dropping")) {
            builds.drop(dropped);
        }
        List<Build> ordered = builds.in("building");
        if (!ordered.isEmpty()) {
            build(connection, builds, ordered.getFirst());
        }
    }

    private void build(Connection connection, BuildTable builds, Build ordered)
            throws SQLException, InterruptedException {
        Projection projection = projection(ordered);
        Build current = builds.inUse(ordered.projection());
        if (projection == null || current == null) {
            builds.refuse(ordered, ComparisonReport.refused("this release does not have this projection and version"));
            return;
        }
        Build started = ordered.version() == null ? started(connection, builds, ordered, projection) : ordered;
        try {
            new Rebuild(settings, connection, current, started, projection).run();
        } catch (RebuildCancelledException e) {
            log.info("Rebuild cancelled: build={}", started);
        }
    }

    private static Build started(Connection connection, BuildTable builds, Build ordered, Projection projection)
            throws SQLException {
        connection.setAutoCommit(false);
        try {
            Build started = builds.start(ordered, projection);
            connection.commit();
            return started;
        } finally {
            connection.rollback();
            connection.setAutoCommit(true);
        }
    }

    private @Nullable Projection projection(Build build) {
        Integer version = build.version();
        return settings.projections().stream()
                .filter(one -> one.name().equals(build.projection()) && (version == null || version == one.version()))
                .max(Comparator.comparingInt(Projection::version))
                .orElse(null);
    }

    private static boolean isLocked(Connection connection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(LOCK);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return row.getBoolean(1);
        }
    }
}
