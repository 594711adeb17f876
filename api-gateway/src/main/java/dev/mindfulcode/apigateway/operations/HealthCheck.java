package dev.mindfulcode.apigateway.operations;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.KafkaHealth;
import dev.mindfulcode.apigateway.log.RegistryHealth;
import dev.mindfulcode.management.Health;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Clock;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Health of the gateway and its dependencies. A check ends after {@link #CHECK_TIMEOUT} and is cached for
 * {@link #CACHE_DURATION}, because the endpoint is public and must not load the database.
 */
final class HealthCheck {

    static final Duration CHECK_TIMEOUT = Duration.ofSeconds(1);
    private static final Duration CACHE_DURATION = Duration.ofMillis(500);
    private static final String HEALTHY = "healthy";

    /** Sessions that have not ended, and those of them with keystrokes. */
    private static final String COUNT = """
            SELECT COUNT(*) FILTER (WHERE status = 'active') AS active,
                   COUNT(*) FILTER (WHERE first_activity_at IS NOT NULL) AS engines
            FROM readmodel.coding_sessions WHERE status <> 'ended'""";

    private final Database database;
    private final KafkaHealth kafka;
    private final RegistryHealth registry;
    private final IntSupplier liveConnections;
    private final Clock clock;
    private final Mono<HealthReport> latest;
    private volatile @Nullable HealthReport known;

    HealthCheck(
            Database database, KafkaHealth kafka, RegistryHealth registry, IntSupplier liveConnections, Clock clock) {
        this.database = database;
        this.kafka = kafka;
        this.registry = registry;
        this.liveConnections = liveConnections;
        this.clock = clock;
        this.latest = Mono.defer(this::check).doOnNext(report -> known = report).cache(CACHE_DURATION);
    }

    Mono<HealthReport> report() {
        return latest;
    }

    /** Registers a gauge per dependency. It shows the latest check, and a scrape starts the next one. */
    void bindTo(MeterRegistry registry) {
        bind(registry, "database", report -> report.database.status);
        bind(registry, "kafka", report -> report.kafka.status);
        bind(registry, "registry", report -> report.registry.status);
    }

    private void bind(MeterRegistry registry, String dependency, Function<HealthReport, String> status) {
        Gauge.builder("mindful.gateway.dependency.up", this, self -> {
                    var _ = latest.onErrorComplete().subscribe();
                    HealthReport report = known;
                    return report == null || status.apply(report).equals(HEALTHY) ? 1 : 0;
                })
                .description("1 if the dependency responded to the latest check")
                .tag("dependency", dependency)
                .register(registry);
    }

    private Mono<HealthReport> check() {
        return Mono.zip(
                        database.isReachable(CHECK_TIMEOUT),
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

    /** Omits the counts if the read model is unavailable or the pool is in use. */
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

        boolean canServe() {
            return required().isHealthy();
        }

        /** The registry is not required: known schemas stay usable without it. */
        Health required() {
            return Health.of("database", database.status.equals(HEALTHY)).and("kafka", kafka.status.equals(HEALTHY));
        }
    }

    /** @param poolSize open connections
     * @param idleConnections open connections that are not in use
     */
    record DatabaseReport(String status, int poolSize, int idleConnections) {}

    record KafkaReport(String status) {}

    record RegistryReport(String status) {}

    /** @param activeSessions neither paused nor ended
     * @param flowEngines sessions with keystrokes that have not ended
     * @param websocketConnections live connections to this gateway, including server-sent events
     */
    record ServicesReport(
            @Nullable Long activeSessions, @Nullable Long flowEngines, int websocketConnections) {}
}
