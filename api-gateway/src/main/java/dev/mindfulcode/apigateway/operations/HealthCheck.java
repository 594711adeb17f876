package dev.mindfulcode.apigateway.operations;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.KafkaHealth;
import dev.mindfulcode.apigateway.log.RegistryHealth;
import java.time.Clock;
import java.time.Duration;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Whether the gateway can serve. Every look takes {@link #CHECK_TIMEOUT} at most, and its answer is given to everybody
 * who asks within {@link #CACHE_DURATION}: the endpoint is open to all, and must not be a way to keep the database busy.
 */
final class HealthCheck {

    static final Duration CHECK_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration CACHE_DURATION = Duration.ofMillis(500);
    private static final String HEALTHY = "healthy";

    /** Sessions that nobody ended, and those of them that have an engine's state. */
    private static final String COUNT = """
            select count(*) filter (where status = 'active') as active,
                   count(*) filter (where first_activity_at is not null) as engines
            from readmodel.coding_sessions where status <> 'ended'""";

    private final Database database;
    private final KafkaHealth kafka;
    private final RegistryHealth registry;
    private final IntSupplier liveConnections;
    private final Clock clock;
    private final Mono<HealthReport> latest;

    HealthCheck(
            Database database, KafkaHealth kafka, RegistryHealth registry, IntSupplier liveConnections, Clock clock) {
        this.database = database;
        this.kafka = kafka;
        this.registry = registry;
        this.liveConnections = liveConnections;
        this.clock = clock;
        this.latest = Mono.defer(this::check).cache(CACHE_DURATION);
    }

    Mono<HealthReport> report() {
        return latest;
    }

    private Mono<HealthReport> check() {
        return Mono.zip(
                        databaseAnswers(),
                        kafka.isReachable(CHECK_TIMEOUT),
                        registry.isReachable(CHECK_TIMEOUT),
                        counts())
                .map(found -> report(found.getT1(), found.getT2(), found.getT3(), found.getT4()));
    }

    private HealthReport report(boolean databaseAnswers, boolean kafkaAnswers, boolean registryAnswers, Counts counts) {
        return new HealthReport(
                databaseAnswers && kafkaAnswers && registryAnswers ? "ok" : "degraded",
                clock.millis(),
                new DatabaseReport(text(databaseAnswers), database.connections(), database.idleConnections()),
                new KafkaReport(text(kafkaAnswers)),
                new RegistryReport(text(registryAnswers)),
                new ServicesReport(counts.active(), counts.engines(), liveConnections.getAsInt()));
    }

    private Mono<Boolean> databaseAnswers() {
        return database.sql("select 1")
                .map(row -> true)
                .one()
                .timeout(CHECK_TIMEOUT)
                .onErrorReturn(false);
    }

    /** Unknown is not zero: without the read model the counts are left out. */
    private Mono<Counts> counts() {
        return database.sql(COUNT)
                .map(row -> new Counts(row.get("active", Long.class), row.get("engines", Long.class)))
                .one()
                .timeout(CHECK_TIMEOUT)
                .onErrorReturn(new Counts(null, null));
    }

    private static String text(boolean answers) {
        return answers ? HEALTHY : "unreachable";
    }

    private record Counts(@Nullable Long active, @Nullable Long engines) {}

    /** @param timestamp epoch milliseconds */
    record HealthReport(
            String status,
            long timestamp,
            DatabaseReport database,
            KafkaReport kafka,
            RegistryReport registry,
            ServicesReport services) {

        /**
         * Without the registry schemas that are known are still read and written: that does not need another gateway.
         */
        boolean canServe() {
            return database.status.equals(HEALTHY) && kafka.status.equals(HEALTHY);
        }
    }

    /**
     * @param poolSize connections open now
     * @param idleConnections of them, those that nobody uses
     */
    record DatabaseReport(String status, int poolSize, int idleConnections) {}

    record KafkaReport(String status) {}

    record RegistryReport(String status) {}

    /**
     * @param activeSessions neither paused nor ended
     * @param flowEngines sessions with an engine's state that have not ended
     * @param websocketConnections live connections to this gateway, server-sent events included
     */
    record ServicesReport(
            @Nullable Long activeSessions, @Nullable Long flowEngines, int websocketConnections) {}
}
