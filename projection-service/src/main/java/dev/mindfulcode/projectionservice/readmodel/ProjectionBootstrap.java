package dev.mindfulcode.projectionservice.readmodel;

import dev.mindfulcode.projectionservice.fold.Projection;
import dev.mindfulcode.projectionservice.fold.Tables;
import dev.mindfulcode.schemas.Topic;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/**
 * Creates the tables of projections that have none. If other projections have already read its topics, a projection
 * starts with build 0, which contains only new records, and build 1 is ordered at once: a rebuild from the first
 * record.
 */
public final class ProjectionBootstrap {

    private static final String LOCK = "SELECT pg_advisory_xact_lock(" + 0x6d696e6466756cL + ")";
    private static final String IS_IN_USE =
            "SELECT EXISTS (SELECT FROM readmodel.projection_builds WHERE projection = ? AND state = 'in_use')";
    private static final String IS_READ = "SELECT EXISTS (SELECT FROM readmodel.projection_offsets"
            + " WHERE topic = ANY (?::text[]) AND next_offset > 0)";
    private static final String INSERT_IN_USE = """
            INSERT INTO readmodel.projection_builds (projection, build, version, tables, topics, state, phase)
            VALUES (?, ?, ?, ?, ?, 'in_use', 'done')
            """;
    private static final String ORDER_BUILD =
            "INSERT INTO readmodel.projection_builds (projection, build, state) VALUES (?, 1, 'building')";

    private final DataSource database;

    ProjectionBootstrap(DataSource database) {
        this.database = database;
    }

    void createMissing(List<Projection> projections) {
        Map<String, Projection> latest = new HashMap<>();
        projections.forEach(
                projection -> latest.merge(projection.name(), projection, (a, b) -> a.version() < b.version() ? b : a));
        try {
            Transaction.<Boolean, RuntimeException>run(database, connection -> {
                execute(connection, LOCK);
                for (Projection projection : latest.values()) {
                    createIfMissing(connection, projection);
                }
                return true;
            });
        } catch (SQLException e) {
            throw new IllegalStateException("Cannot create the tables of the read model: " + e.getMessage(), e);
        }
    }

    private static void createIfMissing(Connection connection, Projection projection) throws SQLException {
        if (exists(connection, IS_IN_USE, projection.name())) {
            return;
        }
        Array topics = connection.createArrayOf(
                "text", projection.topics().stream().map(Topic::name).toArray());
        boolean isRead = exists(connection, IS_READ, topics);
        create(connection, projection, ReadModel.TABLES);
        try (PreparedStatement statement = connection.prepareStatement(INSERT_IN_USE)) {
            statement.setString(1, projection.name());
            statement.setInt(2, isRead ? 0 : 1);
            statement.setInt(3, projection.version());
            statement.setArray(
                    4, connection.createArrayOf("text", projection.tables().toArray()));
            statement.setArray(5, topics);
            statement.executeUpdate();
        }
        if (isRead) {
            try (PreparedStatement statement = connection.prepareStatement(ORDER_BUILD)) {
                statement.setString(1, projection.name());
                statement.executeUpdate();
            }
        }
    }

    /** Creates a projection's tables in an existing schema. In a transaction; resets the search path afterwards. */
    public static void create(Connection connection, Projection projection, Tables tables) throws SQLException {
        execute(connection, "SET LOCAL search_path TO " + tables.schema());
        execute(connection, projection.ddl());
        execute(connection, "SET LOCAL search_path TO DEFAULT");
    }

    private static boolean exists(Connection connection, String sql, Object parameter) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.setObject(1, parameter);
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                return result.getBoolean(1);
            }
        }
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
