package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.accounts.TestAccount;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.dataprotection.ProtectionSecrets;
import dev.mindfulcode.dataprotection.UserKeys;
import dev.mindfulcode.embeddedplatform.Platform;
import dev.mindfulcode.embeddedplatform.TestPlatform;
import dev.mindfulcode.identity.BlindIndex;
import dev.mindfulcode.projectionservice.ProjectionConfiguration;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.webkit.transport.ConnectionLimits;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** Gateway and projection on real Kafka, Postgres and registry; one instance serves all tests of a JVM. */
final class GatewayUnderTest {

    static final String JWT_SECRET = "test-secret-0123456789-abcdefghijklmnop";
    static final String OPERATOR_TOKEN = "test-operator-0123456789-abcdefghijklmnop";
    static final int PARTITIONS = 6;

    /** Short for tests, long enough for clients on a busy machine. */
    static final ConnectionLimits SHORT_LIMITS = new ConnectionLimits(
            Duration.ofSeconds(1), Duration.ofSeconds(8), Duration.ofSeconds(6), Duration.ofHours(1));

    private static @Nullable GatewayUnderTest shared;

    final Platform platform;
    final Map<String, Object> environment;
    final ConfigurableApplicationContext context;
    final Api api;
    final String databaseUrl;
    private @Nullable Connection connection;
    private @Nullable ConfigurableApplicationContext projections;

    private GatewayUnderTest(Platform platform, Map<String, Object> environment) {
        this.platform = platform;
        this.environment = environment;
        this.databaseUrl = String.valueOf(environment.get("DATABASE_URL"));
        this.context = start(GatewayConfiguration.class, WebApplicationType.REACTIVE, environment);
        this.api = new Api(port(context));
    }

    static synchronized GatewayUnderTest shared() {
        GatewayUnderTest started = shared;
        if (started == null) {
            started = started();
            shared = started;
        }
        return started;
    }

    /**
     * Starts another gateway with its own database, in which every row follows from an event. The projections of the
     * shared one pause until it is closed, as both are in one consumer group.
     */
    static synchronized GatewayUnderTest alone() {
        if (shared != null) {
            shared.pauseProjections();
        }
        return started();
    }

    private static GatewayUnderTest started() {
        Platform platform = platform();
        GatewayUnderTest started = new GatewayUnderTest(platform, environment(platform));
        started.startProjections();
        return started;
    }

    private void startProjections() {
        projections = start(ProjectionConfiguration.class, WebApplicationType.NONE, environment);
    }

    private void pauseProjections() {
        ConfigurableApplicationContext stopping = projections;
        projections = null;
        if (stopping != null) {
            stopping.close();
        }
    }

    /** Stops a gateway that is not shared. */
    void close() {
        context.close();
        pauseProjections();
        synchronized (GatewayUnderTest.class) {
            if (shared != null) {
                shared.startProjections();
            }
        }
    }

    /** Returns the platform with all topics. */
    static Platform platform() {
        Platform platform = TestPlatform.shared();
        try (Admin admin =
                Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, platform.bootstrapServers()))) {
            Topics.createMissing(admin, PARTITIONS, (short) 1);
        }
        return platform;
    }

    /** Returns settings of services that share a new database. */
    static Map<String, Object> environment(Platform platform) {
        byte[] key = new byte[32];
        new SecureRandom().nextBytes(key);
        Map<String, Object> environment = new HashMap<>();
        environment.put("DATABASE_URL", platform.freshDatabase());
        environment.put("KAFKA_BOOTSTRAP_SERVERS", platform.bootstrapServers());
        environment.put("SCHEMA_REGISTRY_URL", platform.registryUrl());
        environment.put("MINDFUL_REGISTER_SCHEMAS", "true");
        environment.put("JWT_SECRET", JWT_SECRET);
        environment.put("ENCRYPTION_KEY", Base64.getEncoder().encodeToString(key));
        environment.put("OPERATOR_TOKEN", OPERATOR_TOKEN);
        environment.put("PORT", "0");
        environment.put("RATE_LIMIT_EXEMPT", "127.0.0.0/8,::1");
        environment.put("WEBHOOK_ALLOWED_NETWORKS", "127.0.0.1");
        environment.put("WEBHOOK_ALLOW_HTTP", "true");
        return environment;
    }

    static ConfigurableApplicationContext start(
            Class<?> configuration, WebApplicationType type, Map<String, Object> environment) {
        return new SpringApplicationBuilder(configuration)
                .web(type)
                .bannerMode(Banner.Mode.OFF)
                .properties("spring.lifecycle.timeout-per-shutdown-phase=5s")
                .initializers(starting -> {
                    starting.getEnvironment()
                            .getPropertySources()
                            .addFirst(new SystemEnvironmentPropertySource("test-systemEnvironment", environment));
                    ((GenericApplicationContext) starting)
                            .registerBean(
                                    "testConnectionLimits",
                                    ConnectionLimits.class,
                                    () -> SHORT_LIMITS,
                                    definition -> definition.setPrimary(true));
                })
                .run();
    }

    /** Returns the folder of the dashboard's files, such as {@code assets/3f2a90c1d7e4}. */
    static String dashboardAssets(Api api) {
        String page = new String(api.get("/", null).body(), StandardCharsets.UTF_8);
        return Pattern.compile("assets/[0-9a-f]+")
                .matcher(page)
                .results()
                .findFirst()
                .orElseThrow()
                .group();
    }

    static int port(ConfigurableApplicationContext context) {
        var server = ((WebServerApplicationContext) context).getWebServer();
        if (server == null) {
            throw new IllegalStateException("no web server");
        }
        return server.getPort();
    }

    SchemaRegistry registry() {
        return new SchemaRegistry(platform.registryUrl(), true);
    }

    /** Returns a client of the log with the users' keys. */
    TestKafka log() {
        return new TestKafka(platform.bootstrapServers(), registry(), context.getBean(UserKeys.class));
    }

    Connection connection() throws SQLException {
        return PostgresUrl.parse(databaseUrl).dataSource().getConnection();
    }

    /**
     * Returns one connection for all queries of the tests: each connection is a process of the server, and tests query
     * every few milliseconds.
     */
    private Connection sharedConnection() throws SQLException {
        Connection open = connection;
        if (open == null || !open.isValid(1)) {
            open = connection();
            connection = open;
        }
        return open;
    }

    /** Returns the first column of the first row of a query. */
    synchronized long count(String sql, Object... parameters) {
        try (PreparedStatement statement = sharedConnection().prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            try (ResultSet row = statement.executeQuery()) {
                row.next();
                return row.getLong(1);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns the first column of a query. */
    synchronized List<byte[]> bytes(String sql, Object... parameters) {
        try (PreparedStatement statement = sharedConnection().prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            List<byte[]> found = new ArrayList<>();
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    found.add(row.getBytes(1));
                }
            }
            return found;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    synchronized void execute(String sql, @Nullable Object... parameters) throws SQLException {
        try (PreparedStatement statement = sharedConnection().prepareStatement(sql)) {
            for (int i = 0; i < parameters.length; i++) {
                statement.setObject(i + 1, parameters[i]);
            }
            statement.execute();
        }
    }

    /** Returns what tables store to find an address. */
    byte[] emailIndex(String email) {
        return BlindIndex.ofEmails(context.getBean(ProtectionSecrets.class)).of(email);
    }

    /** Returns the tables of a schema with rows that have a text in clear, also within binary columns. */
    List<String> rowsWith(String schema, String text) throws SQLException {
        List<String> tables = new ArrayList<>();
        try (Connection reading = connection();
                PreparedStatement names = reading.prepareStatement(
                        "SELECT quote_ident(table_name) FROM information_schema.tables WHERE table_schema = ?")) {
            names.setString(1, schema);
            try (ResultSet table = names.executeQuery()) {
                while (table.next()) {
                    String name = schema + "." + table.getString(1);
                    String hex = HexFormat.of().formatHex(text.getBytes(StandardCharsets.UTF_8));
                    if (count(
                                    "SELECT count(*) FROM " + name + " t WHERE t::text LIKE ? OR t::text LIKE ?",
                                    "%" + text + "%",
                                    "%" + hex + "%")
                            > 0) {
                        tables.add(name);
                    }
                }
            }
        }
        return tables;
    }

    void putOnPremium(UUID teamId) {
        String path = "/api/admin/teams/" + teamId + "/plan";
        assertThat(api.sendJson("PUT", path, OPERATOR_TOKEN, "{\"plan\": \"premium\"}")
                        .status())
                .isEqualTo(200);
    }

    /** Adds a member through an invitation. */
    void join(Object teamId, Api.User lead, Api.User user, String role) {
        Api.Answer invited =
                api.post("/api/teams/" + teamId + "/members", lead.token(), """
                {"email": "%s", "role": "%s"}""".formatted(user.email(), role));
        assertThat(invited.status()).as(invited.toString()).isEqualTo(201);
        Api.Answer joined =
                api.post("/api/invitations/accept", user.token(), "{\"code\": \"" + invited.text("code") + "\"}");
        assertThat(joined.status()).as(joined.toString()).isEqualTo(200);
    }

    /** Registers a user with {@link Api#PASSWORD}. */
    Api.User user() {
        String email = UUID.randomUUID() + "@example.org";
        TestAccount user = TestAccount.with(context, email);
        return new Api.User(user.userId(), email, user.accessToken(), user.refreshToken());
    }
}
