package dev.mindfulcode.ingestservice;

import com.github.benmanes.caffeine.cache.Ticker;
import com.zaxxer.hikari.HikariDataSource;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
import dev.mindfulcode.identity.CredentialVerifier;
import dev.mindfulcode.webkit.transport.ConnectionLimits;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

/** Wires the parts of ingest: routes for a web server, and what starts and stops with it. */
final class Ingest implements AutoCloseable {

    static final String KEYSTROKES_PATH = "/api/keystrokes";
    /** Outside /api, where a gateway on the same server requires a token. */
    static final String SCHEMA_PATH = "/schemas/keystroke-upload.avsc";

    static final String SOCKET_PATH = "/ws/ingest";

    private static final int DATABASE_LOGIN_TIMEOUT_SECONDS = 5;
    private static final Duration KEY_QUERY_TIMEOUT = Duration.ofSeconds(10);

    private final CredentialVerifier credentials;
    private final HikariDataSource keys;
    private final UserCipherCache ciphers;
    private final SessionOwnerLookup owners;
    private final KeystrokePublisher publisher;
    private final IngestLifecycle lifecycle;
    private final KeystrokesEndpoint keystrokes;
    private final WebSocketEndpoint socket;

    Ingest(IngestSettings settings, MeterRegistry meters, Clock clock, ConnectionLimits rules) {
        DataSource database = database(settings);
        credentials = CredentialVerifier.open(database, settings.jwtKey(), settings.oidcIssuer(), null, clock);
        RequestAuthenticator callers = new RequestAuthenticator(credentials);
        InFlightBytes inFlight = new InFlightBytes(settings.mindfulIngestInFlightBytes());
        AtomicInteger connections = new AtomicInteger();
        IngestMetrics metrics = new IngestMetrics(meters, inFlight, connections);
        UploadReaders readers = UploadReaders.standard();
        keys = new HikariDataSource(
                settings.database().pool("ingest", UserCipherCache.LOOKUP_THREADS, KEY_QUERY_TIMEOUT));
        ciphers = new UserCipherCache(PostgresUserKeys.open(keys, settings.keyEncryptionKey()));
        owners = new SessionOwnerLookup(database);
        publisher = new KeystrokePublisher(
                settings.kafkaBootstrapServers(),
                settings.mindfulIngestInFlightBytes(),
                settings.schemaRegistry(),
                meters);
        lifecycle = new IngestLifecycle(inFlight, connections);
        UploadPipeline intake = new UploadPipeline(
                ciphers, owners, new SessionShiftCache(Ticker.systemTicker()), publisher, metrics, clock);
        keystrokes = new KeystrokesEndpoint(callers, readers, intake, inFlight, metrics, lifecycle, clock);
        socket = new WebSocketEndpoint(
                callers,
                credentials.revocations(),
                new UploadWebSocketHandler(readers, intake, inFlight, metrics, clock),
                keystrokes,
                lifecycle,
                clock,
                rules.lifetimeMax(),
                connections);
    }

    private static DataSource database(IngestSettings settings) {
        DataSource database = settings.database().dataSource();
        try {
            database.setLoginTimeout(DATABASE_LOGIN_TIMEOUT_SECONDS);
        } catch (SQLException e) {
            throw new IllegalStateException("The Postgres driver rejected the login timeout", e);
        }
        return database;
    }

    RouterFunction<ServerResponse> routes() {
        RouterFunctions.Builder routes = RouterFunctions.route();
        methods(routes)
                .post(KEYSTROKES_PATH, keystrokes::post)
                .get(SCHEMA_PATH, keystrokes::schema)
                .get(SOCKET_PATH, socket::connect);
        return routes.build();
    }

    MethodRoutes methods(RouterFunctions.Builder routes) {
        return new MethodRoutes(routes, keystrokes::problem);
    }

    IngestLifecycle lifecycle() {
        return lifecycle;
    }

    KeystrokePublisher publisher() {
        return publisher;
    }

    /** Returns whether batches can be stored, as far as is known. */
    boolean isReady() {
        return publisher.isReady();
    }

    @Override
    public void close() {
        owners.close();
        ciphers.close();
        keys.close();
        credentials.close();
    }
}
