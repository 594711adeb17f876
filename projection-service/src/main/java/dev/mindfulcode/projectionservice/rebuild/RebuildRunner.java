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
 * Does what is ordered in {@code projection_builds}, one build at a time, and in one instance at a time: the one that
 * has the lock. The lock's connection also makes the exchange, so who has lost it exchanges nothing.
 */
public final class RebuildRunner implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(RebuildRunner.class);
    private static final long LOOK_MS = 500;
    private static final long FAILED_MS = 2_000;
    private static final long STOP_MS_MAX = 15_000;
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

    /** Leaves a build where it is; whoever starts next goes on with it. */
    @Override
    public void close() {
        isStopping = true;
        thread.interrupt();
        try {
            thread.join(STOP_MS_MAX);
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
                            TimeUnit.MILLISECONDS.sleep(LOOK_MS);
                        }
                    } finally {
                        new BuildTable(connection).execute(UNLOCK);
                    }
                } catch (SQLException | RuntimeException e) {
                    if (!isStopping) {
                        LOG.warn("Rebuilding failed, trying again in {} ms", FAILED_MS, e);
                    }
                }
                TimeUnit.MILLISECONDS.sleep(FAILED_MS);
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
        Build before = builds.inUse(ordered.projection());
        if (projection == null || before == null) {
            builds.refuse(ordered, ComparisonReport.refused("this release does not have its fold"));
            return;
        }
        Build begun = ordered.version() == null ? begun(connection, builds, ordered, projection) : ordered;
        try {
            new Rebuild(settings, connection, before, begun, projection).run();
        } catch (RebuildCancelledException e) {
            LOG.info("{} is cancelled", begun);
        }
    }

    private static Build begun(Connection connection, BuildTable builds, Build ordered, Projection projection)
            throws SQLException {
        connection.setAutoCommit(false);
        try {
            Build begun = builds.begin(ordered, projection);
            connection.commit();
            return begun;
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
