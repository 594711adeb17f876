package dev.mindfulcode.ingestservice;

import com.github.benmanes.caffeine.cache.Ticker;
import com.zaxxer.hikari.HikariDataSource;
import dev.mindfulcode.dataprotection.PostgresUserKeys;
import dev.mindfulcode.identity.Credentials;
import dev.mindfulcode.webkit.ConnectionRules;
import io.micrometer.core.instrument.MeterRegistry;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;

/** All of ingest, put together: routes for a web server, and what must be started and stopped with it. */
final class Ingest implements AutoCloseable {

    static final String KEYSTROKES_PATH = "/api/keystrokes";
    /** Outside /api, where a gateway on the same server asks for a token. */
    static final String SCHEMA_PATH = "/schemas/keystroke-upload.avsc";

    static final String SOCKET_PATH = "/ws/ingest";

    private static final int DATABASE_LOGIN_TIMEOUT_SECONDS = 5;
    private static final Duration KEY_ANSWER_MAX = Duration.ofSeconds(10);

    private final Credentials credentials;
    private final HikariDataSource keys;
    private final UserCiphers ciphers;
    private final SessionOwners owners;
    private final KeystrokeLog log;
    private final Shutdown shutdown;
    private final KeystrokesEndpoint keystrokes;
    private final SocketEndpoint socket;

    Ingest(IngestSettings settings, MeterRegistry meters, Clock clock, ConnectionRules rules) {
        DataSource database = database(settings);
        credentials = Credentials.open(database, settings.jwtSecret(), settings.issuer(), null, clock);
        Callers callers = new Callers(credentials);
        InFlightBytes inFlight = new InFlightBytes(settings.inFlightBytesMax());
        AtomicInteger connections = new AtomicInteger();
        IngestMetrics metrics = new IngestMetrics(meters, inFlight, connections);
        UploadReaders readers = UploadReaders.standard();
        keys = new HikariDataSource(settings.database().pool("ingest", UserCiphers.LOOKUP_THREADS, KEY_ANSWER_MAX));
        ciphers = new UserCiphers(PostgresUserKeys.open(keys, settings.encryptionKey()));
        owners = new SessionOwners(database);
        log = new KeystrokeLog(settings.kafkaBootstrapServers(), settings.inFlightBytesMax(), settings.registry());
        shutdown = new Shutdown(inFlight, log, connections);
        Intake intake = new Intake(ciphers, owners, new SessionShifts(Ticker.systemTicker()), log, metrics, clock);
        keystrokes = new KeystrokesEndpoint(callers, readers, intake, inFlight, metrics, shutdown, clock);
        socket = new SocketEndpoint(
                callers,
                credentials.revocations(),
                new SocketConversation(readers, intake, inFlight, metrics, clock),
                keystrokes,
                shutdown,
                clock,
                rules.lifetimeMax(),
                connections);
    }

    private static DataSource database(IngestSettings settings) {
        DataSource database = settings.database().dataSource();
        try {
            database.setLoginTimeout(DATABASE_LOGIN_TIMEOUT_SECONDS);
        } catch (SQLException e) {
            throw new IllegalStateException("the Postgres driver takes no login timeout", e);
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

    Methods methods(RouterFunctions.Builder routes) {
        return new Methods(routes, keystrokes::refused);
    }

    Shutdown shutdown() {
        return shutdown;
    }

    /** Whether batches can be stored, as far as is known. */
    boolean isReady() {
        return log.isWarm();
    }

    @Override
    public void close() {
        log.close();
        owners.close();
        ciphers.close();
        keys.close();
        credentials.close();
    }
}
