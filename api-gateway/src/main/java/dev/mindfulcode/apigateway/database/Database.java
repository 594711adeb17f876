package dev.mindfulcode.apigateway.database;

import com.zaxxer.hikari.HikariDataSource;
import dev.mindfulcode.dataprotection.PostgresUrl;
import dev.mindfulcode.identity.ReactiveDatabase;
import io.r2dbc.pool.ConnectionPool;
import io.r2dbc.pool.ConnectionPoolConfiguration;
import io.r2dbc.pool.PoolMetrics;
import io.r2dbc.spi.Connection;
import io.r2dbc.spi.ConnectionFactories;
import io.r2dbc.spi.ConnectionFactory;
import io.r2dbc.spi.ConnectionFactoryMetadata;
import io.r2dbc.spi.ConnectionFactoryOptions;
import io.r2dbc.spi.Option;
import io.r2dbc.spi.R2dbcTransientResourceException;
import io.r2dbc.spi.ValidationDepth;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.r2dbc.connection.R2dbcTransactionManager;
import org.springframework.r2dbc.core.DatabaseClient;
import org.springframework.transaction.reactive.TransactionalOperator;
import reactor.core.publisher.Mono;

/**
 * Non-blocking access to Postgres with a bounded pool. Thread-safe. The driver's types are not beans, so that other
 * services in the same Spring context can have their own.
 */
public final class Database implements ReactiveDatabase, AutoCloseable {

    private static final Duration ACQUIRE_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(3);
    private static final Duration REPLICA_ACQUIRE_TIMEOUT = Duration.ofSeconds(1);
    private static final Map<String, String> READ_ONLY = Map.of("default_transaction_read_only", "on");
    private static final int ACQUIRE_RETRIES = 2;
    private static final Duration STATEMENT_TIMEOUT = Duration.ofSeconds(5);
    private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(2);
    private static final Duration IDLE_TIMEOUT = Duration.ofMinutes(5);
    private static final int PENDING_ACQUIRES_MAX = 1_000;

    /** For users' keys, their changes, the outbox, the alert inbox, and erasures: their lock, a step and a request. */
    private static final int BLOCKING_CONNECTIONS_MAX = AsyncUserCiphers.THREADS_MAX + 6;

    private static final Duration BLOCKING_READ_TIMEOUT = Duration.ofSeconds(30);

    private final ConnectionPool pool;
    private final @Nullable ConnectionPool replicaPool;
    private final ConnectionPool healthPool;
    private final DatabaseClient client;
    private final TransactionalOperator transactions;
    private final HikariDataSource blocking;
    private final LongAdder statements = new LongAdder();

    public Database(PostgresUrl url, int maxConnections) {
        this(url, null, maxConnections);
    }

    /** @param replica serves reads that allow it, see {@link Replica#allow}; it has a pool of the same size */
    public Database(PostgresUrl url, @Nullable PostgresUrl replica, int maxConnections) {
        pool = pool("gateway", url, maxConnections, Map.of(), ACQUIRE_RETRIES, ACQUIRE_TIMEOUT);
        healthPool = pool("gateway-health", url, 1, Map.of(), ACQUIRE_RETRIES, ACQUIRE_TIMEOUT);
        replicaPool = replica == null
                ? null
                : pool("gateway-replica", replica, maxConnections, READ_ONLY, 0, REPLICA_ACQUIRE_TIMEOUT);
        ConnectionFactory bounded = new AcquireLimit(pool);
        ConnectionFactory routed = replicaPool == null ? bounded : new Replica(bounded, replicaPool);
        client = DatabaseClient.builder()
                .connectionFactory(routed)
                .executeFunction(new ContextFreeStatements())
                .build();
        transactions = TransactionalOperator.create(new R2dbcTransactionManager(routed));
        blocking = new HikariDataSource(url.pool("gateway", BLOCKING_CONNECTIONS_MAX, BLOCKING_READ_TIMEOUT));
    }

    private static ConnectionPool pool(
            String name,
            PostgresUrl url,
            int maxConnections,
            Map<String, String> sessionSettings,
            int retries,
            Duration acquireTimeout) {
        // A generic plan made for small tables is slow once an import has filled them, and lasts until the next
        // ANALYZE: statistics over a year exceeded the statement timeout.
        Map<String, String> settings = new HashMap<>(Map.of("plan_cache_mode", "force_custom_plan"));
        settings.putAll(sessionSettings);
        ConnectionFactoryOptions options = ConnectionFactoryOptions.parse(url.r2dbcUrl())
                .mutate()
                .option(ConnectionFactoryOptions.CONNECT_TIMEOUT, CONNECT_TIMEOUT)
                .option(ConnectionFactoryOptions.STATEMENT_TIMEOUT, STATEMENT_TIMEOUT)
                .option(Option.valueOf("applicationName"), "mindful-" + name)
                .option(Option.valueOf("options"), settings)
                // The text format of timestamps is slow to parse.
                .option(Option.valueOf("forceBinary"), true)
                .build();
        return new ConnectionPool(ConnectionPoolConfiguration.builder(ConnectionFactories.get(options))
                .name(name)
                .initialSize(0)
                .minIdle(0)
                .maxSize(maxConnections)
                .validationDepth(ValidationDepth.LOCAL)
                .postAllocate(new ConnectionValidator(sessionSettings.equals(READ_ONLY))::validate)
                .acquireRetry(retries)
                .maxAcquireTime(acquireTimeout)
                .maxIdleTime(IDLE_TIMEOUT)
                .build());
    }

    /** Prepares a statement with named parameters such as {@code :user}. */
    @Override
    public DatabaseClient.GenericExecuteSpec sql(String statement) {
        statements.increment();
        return client.sql(statement);
    }

    /**
     * Emits whether the primary responds, by a connection of its own: it does also while requests use all of the pool.
     */
    public Mono<Boolean> isReachable(Duration timeout) {
        return Mono.usingWhen(
                        healthPool.create(),
                        connection -> Mono.from(
                                        connection.createStatement("SELECT 1").execute())
                                .flatMap(result -> Mono.from(result.map(row -> true))),
                        Connection::close)
                .timeout(timeout)
                .onErrorReturn(false)
                .defaultIfEmpty(false);
    }

    /** Runs all statements of {@code work} in one transaction of the primary; rolls back if it fails. */
    @Override
    public <T> Mono<T> inTransaction(Mono<T> work) {
        return transactions.transactional(work).contextWrite(Replica::refuse);
    }

    /** Returns a small separate pool for threads that may block. */
    public HikariDataSource blocking() {
        return blocking;
    }

    /** Returns the number of statements so far. */
    public long statements() {
        return statements.sum();
    }

    public int connectionsMax() {
        return metrics().getMaxAllocatedSize();
    }

    public int connections() {
        return metrics().allocatedSize();
    }

    public int activeConnections() {
        return metrics().acquiredSize();
    }

    public int pendingConnections() {
        return metrics().pendingAcquireSize();
    }

    public int idleConnections() {
        return metrics().idleSize();
    }

    /** Returns the figures of the replica's pool, if there is a replica. */
    public Optional<PoolMetrics> replicaPool() {
        return replicaPool == null ? Optional.empty() : replicaPool.getMetrics();
    }

    private PoolMetrics metrics() {
        return pool.getMetrics().orElseThrow();
    }

    @Override
    public void close() {
        blocking.close();
        if (replicaPool != null) {
            replicaPool.disposeLater().onErrorComplete().blockOptional(CLOSE_TIMEOUT);
        }
        healthPool.disposeLater().onErrorComplete().blockOptional(CLOSE_TIMEOUT);
        pool.disposeLater().onErrorComplete().blockOptional(CLOSE_TIMEOUT);
    }

    /** Bounds the number of pending acquires; the pool itself bounds only their time. */
    private record AcquireLimit(ConnectionPool pool) implements ConnectionFactory {

        @Override
        public Publisher<? extends Connection> create() {
            return Mono.defer(() -> pool.getMetrics().orElseThrow().pendingAcquireSize() >= PENDING_ACQUIRES_MAX
                    ? Mono.error(new R2dbcTransientResourceException("Limit of pending connection requests reached"))
                    : pool.create());
        }

        @Override
        public ConnectionFactoryMetadata getMetadata() {
            return pool.getMetadata();
        }
    }
}
