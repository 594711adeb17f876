package dev.mindfulcode.ingestservice;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.zaxxer.hikari.HikariDataSource;
import dev.mindfulcode.dataprotection.KeyEncryptionKey;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
import dev.mindfulcode.embeddedplatform.Platform;
import dev.mindfulcode.embeddedplatform.TestPlatform;
import dev.mindfulcode.identity.ApiKeys;
import dev.mindfulcode.identity.CredentialHash;
import dev.mindfulcode.management.ManagementServer;
import dev.mindfulcode.schemas.CollectionLevel;
import dev.mindfulcode.schemas.SchemaRegistry;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.webkit.transport.ConnectionLimits;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.Date;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.LockSupport;
import org.apache.kafka.clients.admin.Admin;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.SystemEnvironmentPropertySource;
import org.springframework.http.client.ReactorResourceFactory;

/** A running ingest on a real platform, with users and sessions as the gateway creates them. */
final class IngestServer implements AutoCloseable {

    static final String JWT_SECRET = "only-for-tests-only-for-tests-only-for-tests";

    /** Short for tests, long enough for clients on a busy machine. */
    static final ConnectionLimits SHORT_TIMEOUTS = new ConnectionLimits(
            Duration.ofSeconds(1), Duration.ofSeconds(8), Duration.ofSeconds(6), Duration.ofHours(1));

    static final String ENCRYPTION_KEY = Base64.getEncoder().encodeToString(distinctBytes());

    final String bootstrapServers;
    final SchemaRegistry registry;
    final PostgresUserKeys keys;
    final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    final HikariDataSource database;
    private final ConfigurableApplicationContext context;

    private IngestServer(Platform platform, Clock clock, Map<String, Object> settings) {
        bootstrapServers = platform.bootstrapServers();
        registry = new SchemaRegistry(platform.registryUrl(), true);
        String databaseUrl = platform.freshDatabase();
        database = new HikariDataSource(PostgresUrl.parse(databaseUrl).pool("test", 4, Duration.ofMinutes(1)));
        PostgresUserKeys.migrate(database);
        execute("""
            CREATE SCHEMA identity;
            CREATE SCHEMA gateway;
            CREATE TABLE gateway.session_owners
                (session_id uuid PRIMARY KEY, user_id uuid NOT NULL, started_at timestamptz NOT NULL,
                status text, excluded_by text);
            CREATE TABLE gateway.privacy_settings
                (user_id uuid PRIMARY KEY, collection_level text NOT NULL,
                changed_at timestamptz NOT NULL DEFAULT clock_timestamp());
            CREATE TABLE identity.revocations
                (grant_id uuid PRIMARY KEY, recorded_at timestamptz NOT NULL DEFAULT clock_timestamp());
            CREATE TABLE identity.api_keys
                (key_id uuid PRIMARY KEY, user_id uuid NOT NULL, key_hash bytea NOT NULL UNIQUE,
                scope text NOT NULL DEFAULT 'ingest', last_used_at timestamptz)\
            """);
        keys = PostgresUserKeys.open(database, KeyEncryptionKey.parse(ENCRYPTION_KEY));
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", bootstrapServers))) {
            Topics.createMissing(admin, 6, (short) 1);
        }
        Map<String, Object> variables = new HashMap<>(Map.of(
                "JWT_SECRET",
                JWT_SECRET,
                "ENCRYPTION_KEY",
                ENCRYPTION_KEY,
                "DATABASE_URL",
                databaseUrl,
                "KAFKA_BOOTSTRAP_SERVERS",
                bootstrapServers,
                "SCHEMA_REGISTRY_URL",
                platform.registryUrl(),
                "MINDFUL_REGISTER_SCHEMAS",
                "true",
                "PORT",
                "0",
                "MANAGEMENT_PORT",
                "0"));
        variables.putAll(settings);
        SpringApplication application = new SpringApplication(IngestApplication.class);
        application.setWebApplicationType(WebApplicationType.REACTIVE);
        application.setDefaultProperties(Map.of("server.address", "127.0.0.1"));
        application.addInitializers(starting -> {
            starting.getEnvironment()
                    .getPropertySources()
                    .addFirst(new SystemEnvironmentPropertySource("test-systemEnvironment", variables));
            GenericApplicationContext context = (GenericApplicationContext) starting;
            context.registerBean("clock", Clock.class, () -> clock);
            // Own event loops, because a stopping server would close shared ones.
            context.registerBean("ownReactorResources", ReactorResourceFactory.class, IngestServer::ownResources);
            context.registerBean("impatientRules", ConnectionLimits.class, () -> SHORT_TIMEOUTS);
        });
        context = application.run();
    }

    private static ReactorResourceFactory ownResources() {
        ReactorResourceFactory resources = new ReactorResourceFactory();
        resources.setUseGlobalResources(false);
        return resources;
    }

    /** Returns the server with default settings that all tests of this JVM share. */
    static IngestServer shared() {
        return Shared.SERVER;
    }

    private static final class Shared {
        static final IngestServer SERVER = start(TestPlatform.shared(), Clock.systemUTC(), Map.of());
    }

    static IngestServer start(Platform platform, Clock clock, Map<String, Object> settings) {
        return new IngestServer(platform, clock, settings);
    }

    /** Creates a user with a key, as registration does. */
    UUID newUser() {
        UUID userId = UUID.randomUUID();
        keys.create(userId);
        return userId;
    }

    /** Starts a new session, as the gateway does. */
    UUID newSession(UUID userId) {
        UUID sessionId = UUID.randomUUID();
        start(sessionId, userId);
        return sessionId;
    }

    void start(UUID sessionId, UUID userId) {
        insertSession(sessionId, userId, "active");
    }

    /** Claims an id for a session that does not start. */
    void claim(UUID sessionId, UUID userId) {
        insertSession(sessionId, userId, null);
    }

    private void insertSession(UUID sessionId, UUID userId, @Nullable String status) {
        try (Connection connection = database.getConnection();
                PreparedStatement insert =
                        connection.prepareStatement("INSERT INTO gateway.session_owners VALUES (?, ?, now(), ?)")) {
            insert.setObject(1, sessionId);
            insert.setObject(2, userId);
            insert.setString(3, status);
            insert.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Sets a user's collection level and waits until it is in force, as the gateway does. */
    void setLevel(UUID userId, CollectionLevel level) {
        execute("""
                INSERT INTO gateway.privacy_settings VALUES ('%s', '%s') ON CONFLICT (user_id)
                DO UPDATE SET collection_level = EXCLUDED.collection_level, changed_at = clock_timestamp()\
                """.formatted(userId, level.text()));
        awaitForce();
    }

    /** Excludes a session by its project or its language, or not for null, and waits until that is in force. */
    void exclude(UUID sessionId, UUID userId, @Nullable String by) {
        execute("UPDATE gateway.session_owners SET excluded_by = %s WHERE session_id = '%s'"
                .formatted(by == null ? "NULL" : "'" + by + "'", sessionId));
        setLevel(userId, CollectionLevel.FULL);
    }

    private static void awaitForce() {
        long deadlineNs = System.nanoTime() + CollectionLevel.IN_FORCE_WITHIN.toNanos();
        while (System.nanoTime() - deadlineNs < 0) {
            LockSupport.parkNanos(deadlineNs - System.nanoTime());
        }
    }

    /** Creates an API key, as the gateway does. */
    ApiKey newApiKey(UUID userId) {
        ApiKey key = new ApiKey(UUID.randomUUID(), ApiKeys.generate(new SecureRandom()));
        try (Connection connection = database.getConnection();
                PreparedStatement insert = connection.prepareStatement(
                        "INSERT INTO identity.api_keys (key_id, user_id, key_hash) VALUES (?, ?, ?)")) {
            insert.setObject(1, key.id());
            insert.setObject(2, userId);
            insert.setBytes(3, CredentialHash.of(key.text()).bytes());
            insert.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
        return key;
    }

    record ApiKey(UUID id, String text) {}

    /** Revokes a grant, as the gateway does. */
    void revoke(UUID grantId) {
        execute("INSERT INTO identity.revocations (grant_id) VALUES ('" + grantId + "')");
    }

    void execute(String sql) {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    static String token(UUID userId) {
        return token(userId.toString(), "mindful-code", Instant.now().plusSeconds(900), JWT_SECRET, JWSAlgorithm.HS256);
    }

    static String token(String subject, String issuer, Instant expiresAt, String secret, JWSAlgorithm algorithm) {
        try {
            SignedJWT jwt = new SignedJWT(
                    new JWSHeader(algorithm),
                    new JWTClaimsSet.Builder()
                            .subject(subject)
                            .issuer(issuer)
                            .expirationTime(Date.from(expiresAt))
                            .build());
            jwt.sign(new MACSigner(secret.getBytes(StandardCharsets.UTF_8)));
            return jwt.serialize();
        } catch (JOSEException e) {
            throw new IllegalStateException(e);
        }
    }

    URI uri(String path) {
        return URI.create("http://127.0.0.1:" + port() + path);
    }

    int port() {
        return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
    }

    HttpRequest.Builder request(UUID userId) {
        return request(userId, "/api/keystrokes");
    }

    private HttpRequest.Builder request(UUID userId, String path) {
        return HttpRequest.newBuilder(uri(path))
                .header("Authorization", "Bearer " + token(userId))
                .header("Content-Type", "application/json");
    }

    HttpResponse<String> post(UUID userId, Object json) {
        return send(request(userId).POST(HttpRequest.BodyPublishers.ofString(json.toString())));
    }

    HttpResponse<String> report(UUID userId, Object json) {
        return send(request(userId, "/api/features").POST(HttpRequest.BodyPublishers.ofString(json.toString())));
    }

    HttpResponse<String> send(HttpRequest.Builder request) {
        try {
            return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    StoredBatches stored(UUID userId) {
        return StoredBatches.of(userId, this);
    }

    String metrics() {
        return management("/metrics").body();
    }

    HttpResponse<String> management(String path) {
        int port = context.getBean(ManagementServer.class).port();
        return send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path)));
    }

    @Override
    public void close() {
        context.close();
        keys.close();
        database.close();
        http.shutdownNow();
    }

    private static byte[] distinctBytes() {
        byte[] bytes = new byte[32];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (7 * i + 3);
        }
        return bytes;
    }
}
