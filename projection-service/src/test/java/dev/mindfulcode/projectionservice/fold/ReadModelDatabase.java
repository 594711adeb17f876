package dev.mindfulcode.projectionservice.fold;

import static java.util.Objects.requireNonNull;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
import dev.mindfulcode.dataprotection.SealedText;
import dev.mindfulcode.dataprotection.UserCipher;
import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.embeddedplatform.TestPlatform;
import dev.mindfulcode.projectionservice.Projections;
import dev.mindfulcode.projectionservice.readmodel.ReadModel;
import dev.mindfulcode.schemas.Topics;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A database of one test with an empty read model, and a way to run folds on it without Kafka. */
public final class ReadModelDatabase {

    /** Tables that readers see, except team windows: other tests write these, and no user key separates them. */
    private static final List<String> TABLES = Projections.ALL.stream()
            .filter(projection -> !projection.topics().contains(Topics.TEAM_FLOW))
            .flatMap(projection -> projection.tables().stream())
            .toList();

    private static final int CONNECTIONS_MAX = 4;
    private static final Duration SOCKET_TIMEOUT = Duration.ofSeconds(60);

    /** Template database, migrated once; the databases of tests are copies. */
    private static final String TEMPLATE = migrated();

    /**
     * The connection pool of the database used last: each connection is a server process, and tests query every few
     * milliseconds.
     */
    private static @Nullable HikariDataSource pool;

    /** The keys opened last: open keys poll their database, which with those of all tests would be its main load. */
    private static @Nullable PostgresUserKeys openKeys;

    private final String url = copied();
    private final DataSource source = PostgresUrl.parse(url).dataSource();
    private final String encryptionKey = newEncryptionKey();
    private @Nullable PostgresUserKeys keys;

    private static String migrated() {
        String template = TestPlatform.shared().freshDatabase();
        DataSource source = PostgresUrl.parse(template).dataSource();
        PostgresUserKeys.migrate(source);
        ReadModel.migrate(source, Projections.ALL);
        return template;
    }

    private static String copied() {
        String template = TEMPLATE.substring(TEMPLATE.lastIndexOf('/') + 1);
        String name = "copy_" + UUID.randomUUID().toString().replace("-", "");
        try (Connection connection = PostgresUrl.parse(TestPlatform.shared().databaseUrl())
                        .dataSource()
                        .getConnection();
                PreparedStatement statement =
                        connection.prepareStatement("CREATE DATABASE " + name + " TEMPLATE " + template)) {
            statement.execute();
        } catch (SQLException e) {
            throw new IllegalStateException("no copy of the migrated database", e);
        }
        return TEMPLATE.replace(template, name);
    }

    public String encryptionKey() {
        return encryptionKey;
    }

    public UserKeys keys() {
        synchronized (ReadModelDatabase.class) {
            PostgresUserKeys own = keys;
            if (own == null) {
                own = PostgresUserKeys.open(source, KeyEncryptionKey.parse(encryptionKey));
                keys = own;
                if (openKeys != null) {
                    openKeys.close();
                }
                openKeys = own;
            }
            return own;
        }
    }

    public String url() {
        return url;
    }

    private static String newEncryptionKey() {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        return Base64.getEncoder().encodeToString(key);
    }

    public DataSource source() {
        return source;
    }

    /** Applies events as one transaction. */
    public int apply(Projection projection, List<ProjectionEvent> events) throws Exception {
        Supplier<Fold> folds = projection.binding().to(ReadModel.TABLES);
        Fold fold = folds.get();
        for (ProjectionEvent event : events) {
            fold.apply(event);
        }
        try (Connection connection = connection()) {
            connection.setAutoCommit(false);
            int rows = fold.flush(connection);
            connection.commit();
            return rows;
        }
    }

    private Connection connection() throws SQLException {
        synchronized (ReadModelDatabase.class) {
            if (pool == null || !pool.getPoolName().equals(url)) {
                if (pool != null) {
                    pool.close();
                }
                HikariConfig config = PostgresUrl.parse(url).pool("test", CONNECTIONS_MAX, SOCKET_TIMEOUT);
                config.setPoolName(url);
                pool = new HikariDataSource(config);
            }
            return pool.getConnection();
        }
    }

    /** Returns each row as text, in the order of the query. */
    public List<String> rows(String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = connection();
                PreparedStatement statement = connection.prepareStatement("SELECT r::text FROM (" + sql + ") r");
                ResultSet results = statement.executeQuery()) {
            while (results.next()) {
                rows.add(results.getString(1));
            }
        }
        return rows;
    }

    /** Returns the one value, as text; null where the value is. */
    public @Nullable String value(String sql) throws SQLException {
        try (Connection connection = connection();
                PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet results = statement.executeQuery()) {
            return results.next() ? results.getString(1) : "no row";
        }
    }

    public long number(String sql) throws SQLException {
        return Long.parseLong(requireNonNull(value(sql)));
    }

    public void execute(String sql) throws SQLException {
        try (Connection connection = connection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            statement.execute();
        }
    }

    /** Returns the decrypted projects by session; sessions without one are left out. */
    public Map<UUID, String> projects() throws SQLException, GeneralSecurityException {
        Map<UUID, String> projects = new HashMap<>();
        try (Connection connection = connection();
                PreparedStatement statement = connection.prepareStatement(
                        "SELECT session_id, user_id, project FROM readmodel.coding_sessions WHERE project IS NOT NULL");
                ResultSet row = statement.executeQuery()) {
            while (row.next()) {
                UserCipher cipher =
                        requireNonNull(keys).find(row.getObject(2, UUID.class)).orElseThrow();
                projects.put(row.getObject(1, UUID.class), SealedText.PROJECT.open(row.getBytes(3), cipher));
            }
        }
        return projects;
    }

    /** Returns all rows of all tables, hidden columns too, in an order of their own. */
    public List<String> everything() throws SQLException {
        List<String> all = new ArrayList<>();
        for (String table : TABLES) {
            for (String row : rows("SELECT to_jsonb(t) AS row FROM readmodel." + table + " t ORDER BY 1")) {
                all.add(table + row);
            }
        }
        return all;
    }
}
