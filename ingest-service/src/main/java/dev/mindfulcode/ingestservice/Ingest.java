package dev.mindfulcode.ingestservice;

import com.github.benmanes.caffeine.cache.Ticker;
import com.zaxxer.hikari.HikariDataSource;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
import dev.mindfulcode.dataprotection.ProtectionSecrets;
import dev.mindfulcode.identity.BlindIndex;
import dev.mindfulcode.identity.CredentialVerifier;
import dev.mindfulcode.management.Health;
import dev.mindfulcode.management.PoolMetrics;
import dev.mindfulcode.management.tracing.Tracing;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.IngestEndpoints;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.transport.ConnectionLimits;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/** Wires the parts of ingest: routes for a web server, and what starts and stops with it. */
final class Ingest implements AutoCloseable {

    private static final int DATABASE_LOGIN_TIMEOUT_SECONDS = 5;
    private static final Duration KEY_QUERY_TIMEOUT = Duration.ofSeconds(10);

    private final CredentialVerifier credentials;
    private final HikariDataSource keys;
    private final PoolMetrics pool;
    private final Tracing tracing;
    private final InFlightBytes inFlight;
    private final PostgresUserKeys userKeys;
    private final UserCipherLookup ciphers;
    private final SessionAccessLookup sessions;
    private final KeystrokePublisher publisher;
    private final IngestLifecycle lifecycle;
    private final UploadEndpoint keystrokes;
    private final UploadEndpoint features;
    private final WebSocketEndpoint socket;

    Ingest(IngestSettings settings, MeterRegistry meters, Clock clock, ConnectionLimits rules) {
        DataSource database = database(settings);
        ProtectionSecrets secrets = new ProtectionSecrets(database, settings.keyEncryptionKey());
        credentials = CredentialVerifier.open(
                database, settings.jwtKey(), settings.oidcIssuer(), null, () -> BlindIndex.ofSubjects(secrets), clock);
        RequestAuthenticator authenticator = new RequestAuthenticator(credentials);
        inFlight = new InFlightBytes(settings.mindfulIngestInFlightBytes());
        AtomicInteger connections = new AtomicInteger();
        IngestMetrics metrics = new IngestMetrics(meters, inFlight, connections);
        UploadReaders readers = UploadReaders.standard();
        tracing = Tracing.of("ingest-service", settings.otel());
        keys = new HikariDataSource(
                settings.database().pool("ingest", UserCipherLookup.LOOKUP_THREADS + 1, KEY_QUERY_TIMEOUT));
        pool = PoolMetrics.of(meters, keys);
        userKeys = PostgresUserKeys.open(keys, settings.keyEncryptionKey());
        ciphers = new UserCipherLookup(userKeys);
        sessions = new SessionAccessLookup(database);
        publisher = new KeystrokePublisher(
                settings.kafka(), settings.mindfulIngestInFlightBytes(), settings.schemaRegistry(), meters);
        lifecycle = new IngestLifecycle(inFlight, connections);
        UploadPipeline pipeline = new UploadPipeline(
                ciphers, sessions, new SessionShiftCache(Ticker.systemTicker()), publisher, metrics, clock);
        keystrokes = new UploadEndpoint(
                authenticator,
                Map.of(UploadEndpoint.JSON, readers.json(), UploadEndpoint.AVRO, readers.avro()),
                pipeline,
                inFlight,
                metrics,
                lifecycle,
                tracing,
                clock);
        features = new UploadEndpoint(
                authenticator,
                Map.of(UploadEndpoint.JSON, readers.reports()),
                pipeline,
                inFlight,
                metrics,
                lifecycle,
                tracing,
                clock);
        socket = new WebSocketEndpoint(
                authenticator,
                credentials.revocations(),
                new UploadWebSocketHandler(readers, pipeline, inFlight, metrics, tracing, clock),
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
        return router(new Endpoints()
                .add(IngestEndpoints.UPLOAD, keystrokes::post)
                .add(IngestEndpoints.FEATURES, features::post)
                .add(IngestEndpoints.SCHEMA, keystrokes::schema)
                .add(IngestEndpoints.WEB_SOCKET, socket::connect));
    }

    /** Returns a router that answers requests with other methods as a problem. */
    RouterFunction<ServerResponse> router(Endpoints endpoints) {
        return endpoints
                .router((_, response) -> response)
                .filter((request, next) ->
                        next.handle(request).onErrorResume(ProblemException.class, keystrokes::problem));
    }

    IngestLifecycle lifecycle() {
        return lifecycle;
    }

    KeystrokePublisher publisher() {
        return publisher;
    }

    /** Returns whether batches can be stored, as far as is known. Never blocks. */
    Health health() {
        return Health.of("kafka", publisher.isReady()).and("memory", !inFlight.isNearlyFull());
    }

    @Override
    public void close() {
        sessions.close();
        ciphers.close();
        userKeys.close();
        pool.close();
        keys.close();
        credentials.close();
        tracing.close();
    }
}
