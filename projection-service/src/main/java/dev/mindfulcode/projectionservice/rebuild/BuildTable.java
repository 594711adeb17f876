package dev.mindfulcode.projectionservice.rebuild;

import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.fold.Tables;
import dev.mindfulcode.projectionservice.readmodel.ProjectionBootstrap;
import dev.mindfulcode.projectionservice.readmodel.ReadModel;
import dev.mindfulcode.projectionservice.rebuild.Build.Order;
import dev.mindfulcode.schemas.Topic;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The table {@code projection_builds} and the schemas of builds, on one connection. */
final class BuildTable {

    private static final String COLUMNS =
            "SELECT projection, build, version, tables, is_forced, share_percent FROM readmodel.projection_builds";
    private static final String DELETE = "DELETE FROM readmodel.projection_builds WHERE projection = ? AND build = ?";
    private static final String STARTED = "UPDATE readmodel.projection_builds SET version = ?, tables = ?, topics = ?"
            + " WHERE projection = ? AND build = ?";
    private static final String PROGRESS = """
            UPDATE readmodel.projection_builds
            SET phase = ?, records = ?, records_total = ?, records_per_second = ?, changed_at = clock_timestamp()
            WHERE projection = ? AND build = ? AND state = 'building'
            """;
    private static final String REPORT =
            "UPDATE readmodel.projection_builds SET report = ?::jsonb WHERE projection = ? AND build = ?";
    private static final String REFUSED = """
            UPDATE readmodel.projection_builds
            SET state = 'refused', phase = 'done', is_forced = false, report = ?::jsonb, changed_at = clock_timestamp()
            WHERE projection = ? AND build = ? AND state = 'building'
            """;
    private static final String RETIRE_OTHERS = """
            UPDATE readmodel.projection_builds
            SET state = CASE WHEN build = 0 THEN 'dropping' WHEN state = 'in_use' THEN 'retained' ELSE 'dropping' END,
                changed_at = clock_timestamp()
            WHERE projection = ? AND build <> ?
            """;
    private static final String IN_USE = """
            UPDATE readmodel.projection_builds
            SET state = 'in_use', phase = 'done', is_forced = false, records = records_total,
                changed_at = clock_timestamp()
            WHERE projection = ? AND build = ? AND state = 'building'
            """;

    private final Connection connection;

    BuildTable(Connection connection) {
        this.connection = connection;
    }

    /** Returns the builds in a state, in the order of their requests. */
    List<Build> in(String state) throws SQLException {
        List<Build> builds = new ArrayList<>();
        try (PreparedStatement statement =
                connection.prepareStatement(COLUMNS + " WHERE state = ? ORDER BY ordered_at, projection, build")) {
            statement.setString(1, state);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    int version = row.getInt(3);
                    Array tables = row.getArray(4);
                    builds.add(new Build(
                            row.getString(1),
                            row.getInt(2),
                            version == 0 ? null : (Integer) version,
                            tables == null ? List.of() : List.of((String[]) tables.getArray()),
                            new Order(row.getBoolean(5), row.getInt(6))));
                }
            }
        }
        return builds;
    }

    @Nullable
    Build inUse(String projection) throws SQLException {
        return in("in_use").stream()
                .filter(build -> build.projection().equals(projection))
                .findFirst()
                .orElse(null);
    }

    /** Creates a build's schema with its tables and offsets; in a transaction. */
    Build start(Build build, Projection projection) throws SQLException {
        Tables staging = build.stagingTables();
        execute("DROP SCHEMA IF EXISTS " + staging.schema() + " CASCADE");
        execute("CREATE SCHEMA " + staging.schema());
        ProjectionBootstrap.create(connection, projection, staging);
        createOffsets(staging);
        update(
                STARTED,
                projection.version(),
                connection.createArrayOf("text", projection.tables().toArray()),
                connection.createArrayOf(
                        "text", projection.topics().stream().map(Topic::name).toArray()),
                build.projection(),
                build.number());
        return new Build(build.projection(), build.number(), projection.version(), projection.tables(), build.order());
    }

    void drop(Build build) throws SQLException {
        execute("DROP SCHEMA IF EXISTS " + build.stagingTables().schema() + " CASCADE");
        update(DELETE, build.projection(), build.number());
    }

    /** Stores the progress; returns false if the build was cancelled. */
    boolean progress(Build build, RebuildProgress progress) throws SQLException {
        return update(
                        PROGRESS,
                        progress.phase(),
                        progress.records(),
                        progress.recordsTotal(),
                        progress.recordsPerSecond(),
                        build.projection(),
                        build.number())
                == 1;
    }

    void report(Build build, ComparisonReport report) throws SQLException {
        update(REPORT, report.json(), build.projection(), build.number());
    }

    void refuse(Build build, ComparisonReport report) throws SQLException {
        update(REFUSED, report.json(), build.projection(), build.number());
    }

    /**
     * Moves a build's tables into the schema in use, and the current ones, with their offsets, into a schema of their
     * own. In a transaction that has locked the offsets of the topics.
     *
     * @param topics of both
     * @throws SQLException with {@link #LOCK_NOT_AVAILABLE} if readers use the tables longer than the lock timeout
     */
    void cutOver(Build current, Build next, List<String> topics) throws SQLException {
        List<String> locked = new ArrayList<>();
        current.tables().forEach(table -> locked.add(ReadModel.TABLES.qualifiedName(table)));
        next.tables().forEach(table -> locked.add(next.stagingTables().qualifiedName(table)));
        execute("LOCK TABLE " + String.join(", ", locked) + " IN ACCESS EXCLUSIVE MODE");
        Tables retained = current.stagingTables();
        execute("CREATE SCHEMA " + retained.schema());
        createOffsets(retained);
        update(
                "INSERT INTO " + retained.qualifiedName("projection_offsets")
                        + " SELECT * FROM readmodel.projection_offsets WHERE topic = ANY (?)",
                connection.createArrayOf("text", topics.toArray()));
        for (String table : current.tables()) {
            execute("ALTER TABLE " + ReadModel.TABLES.qualifiedName(table) + " SET SCHEMA " + retained.schema());
        }
        for (String table : next.tables()) {
            execute("ALTER TABLE " + next.stagingTables().qualifiedName(table) + " SET SCHEMA " + ReadModel.SCHEMA);
        }
        execute("DROP SCHEMA " + next.stagingTables().schema() + " CASCADE");
        update(RETIRE_OTHERS, next.projection(), next.number());
        if (update(IN_USE, next.projection(), next.number()) != 1) {
            throw new RebuildCancelledException();
        }
    }

    static final String LOCK_NOT_AVAILABLE = "55P03";

    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private void createOffsets(Tables tables) throws SQLException {
        execute("CREATE TABLE " + tables.qualifiedName("projection_offsets")
                + " (LIKE readmodel.projection_offsets INCLUDING ALL)");
    }

    private int update(String sql, Object... values) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            return statement.executeUpdate();
        }
    }
}
