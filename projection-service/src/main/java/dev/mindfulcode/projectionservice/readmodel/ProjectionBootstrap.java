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
import org.jspecify.annotations.Nullable;

/**
 * The tables that a projection begins with. Where its topics have been read already, for others, what it makes of them
 * from now on is build 0, and build 1 is ordered at once: from the first record, as any rebuild.
 */
public final class ProjectionBootstrap {

    private static final long LOCK = 0x6d696e6466756cL;
    private static final String VERSION =
            "SELECT version, tables FROM readmodel.projection_builds WHERE projection = ? AND state = 'in_use'";
    private static final String IS_READ =
            "SELECT EXISTS (SELECT FROM readmodel.projection_offsets WHERE topic = ANY (?::text[]) AND next_offset > 0)";
    private static final String FORGET = "DELETE FROM readmodel.projection_builds WHERE projection = ?";
    private static final String IN_USE = """
            INSERT INTO readmodel.projection_builds (projection, build, version, tables, topics, state, phase)
            VALUES (?, ?, ?, ?, ?, 'in_use', 'done')
            """;
    private static final String ORDER =
            "INSERT INTO readmodel.projection_builds (projection, build, state) VALUES (?, 1, 'building')";

    private final DataSource database;

    ProjectionBootstrap(DataSource database) {
        this.database = database;
    }

    void createMissing(List<Projection> projections) {
        Map<String, Projection> latest = new HashMap<>();
        projections.forEach(
                projection -> latest.merge(projection.name(), projection, (a, b) -> a.version() < b.version() ? b : a));
        try (Connection connection = database.getConnection()) {
            connection.setAutoCommit(false);
            try (Statement statement = connection.createStatement()) {
                statement.execute("SELECT pg_advisory_xact_lock(" + LOCK + ")");
                for (Projection projection : latest.values()) {
                    createMissing(connection, projection, projections);
                }
                connection.commit();
            } catch (SQLException | RuntimeException e) {
                connection.rollback();
                throw e;
            }
        } catch (SQLException e) {
            throw new IllegalStateException("The read model's tables cannot be made: " + e.getMessage(), e);
        }
    }

    private static void createMissing(Connection connection, Projection projection, List<Projection> declared)
            throws SQLException {
        InUse inUse = inUse(connection, projection.name());
        boolean isRead = isRead(connection, projection);
        if (inUse != null) {
            boolean isDeclared = declared.stream()
                    .anyMatch(one -> one.name().equals(projection.name()) && one.version() == inUse.version());
            if (isRead || isDeclared) {
                return;
            }
            // A migration made them for a fold that this release has no more, and nothing is in them.
            for (String table : inUse.tables()) {
                execute(connection, "DROP TABLE " + ReadModel.TABLES.qualifiedName(table));
            }
            try (PreparedStatement statement = connection.prepareStatement(FORGET)) {
                statement.setString(1, projection.name());
                statement.executeUpdate();
            }
        }
        create(connection, projection, ReadModel.TABLES);
        try (PreparedStatement statement = connection.prepareStatement(IN_USE)) {
            statement.setString(1, projection.name());
            statement.setInt(2, isRead ? 0 : 1);
            statement.setInt(3, projection.version());
            statement.setArray(
                    4, connection.createArrayOf("text", projection.tables().toArray()));
            statement.setArray(5, topics(connection, projection));
            statement.executeUpdate();
        }
        if (isRead) {
            try (PreparedStatement statement = connection.prepareStatement(ORDER)) {
                statement.setString(1, projection.name());
                statement.executeUpdate();
            }
        }
    }

    /**
     * Creates a projection's tables in a schema that is there. In a transaction; what follows in it names its schemas.
     */
    public static void create(Connection connection, Projection projection, Tables tables) throws SQLException {
        execute(connection, "SET LOCAL search_path TO " + tables.schema());
        execute(connection, projection.ddl());
        execute(connection, "SET LOCAL search_path TO DEFAULT");
    }

    private record InUse(int version, List<String> tables) {}

    private static @Nullable InUse inUse(Connection connection, String name) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(VERSION)) {
            statement.setString(1, name);
            try (ResultSet result = statement.executeQuery()) {
                return result.next()
                        ? new InUse(result.getInt(1), List.of((String[])
                                result.getArray(2).getArray()))
                        : null;
            }
        }
    }

    private static boolean isRead(Connection connection, Projection projection) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(IS_READ)) {
            statement.setArray(1, topics(connection, projection));
            try (ResultSet result = statement.executeQuery()) {
                result.next();
                return result.getBoolean(1);
            }
        }
    }

    private static Array topics(Connection connection, Projection projection) throws SQLException {
        return connection.createArrayOf(
                "text", projection.topics().stream().map(Topic::name).toArray());
    }

    private static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
