package dev.mindfulcode.apigateway.operations;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.KafkaHealth;
import dev.mindfulcode.apigateway.log.RegistryHealth;
import dev.mindfulcode.management.PoolMetrics;
import dev.mindfulcode.management.ServiceMetrics;
import dev.mindfulcode.management.tracing.Tracing;
import dev.mindfulcode.webkit.endpoints.Access;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoint.Feature;
import dev.mindfulcode.webkit.endpoints.EndpointGroup;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import io.micrometer.core.instrument.FunctionCounter;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.context.annotation.Lazy;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerResponse;

/** {@code /health} and {@code /metrics}. */
@Configuration(value = "gatewayOperationsConfiguration", proxyBeanMethods = false)
public class OperationsConfiguration {

    private static final MediaType PROMETHEUS = MediaType.parseMediaType(ServiceMetrics.CONTENT_TYPE);
    private static final Duration READINESS_TIMEOUT = HealthCheck.CHECK_TIMEOUT.multipliedBy(2);

    /** Metrics of this context, unless another service of the process has registered them. */
    @Bean
    @Fallback
    @Lazy
    ServiceMetrics gatewayServiceMetrics() {
        return new ServiceMetrics();
    }

    @Bean
    GatewayMetrics gatewayMetrics(ServiceMetrics metrics) {
        return GatewayMetrics.in(metrics.registry());
    }

    @Bean
    PoolMetrics gatewayPoolMetrics(GatewayMetrics metrics, Database database) {
        FunctionCounter.builder("mindful.gateway.database.statements", database, Database::statements)
                .description("Statements sent to the database, apart from those of background jobs")
                .register(metrics.registry());
        return new PoolMetrics(
                metrics.registry(),
                "gateway",
                database::activeConnections,
                database::idleConnections,
                database::pendingConnections,
                database::connectionsMax);
    }

    /** Empty without a replica. */
    @Bean
    List<PoolMetrics> gatewayReplicaPoolMetrics(GatewayMetrics metrics, Database database) {
        return database.replicaPool().stream()
                .map(pool -> new PoolMetrics(
                        metrics.registry(),
                        "gateway-replica",
                        pool::acquiredSize,
                        pool::idleSize,
                        pool::pendingAcquireSize,
                        pool::getMaxAllocatedSize))
                .toList();
    }

    @Bean
    PoolMetrics gatewayBlockingPoolMetrics(GatewayMetrics metrics, Database database) {
        return PoolMetrics.of(metrics.registry(), database.blocking());
    }

    @Bean
    RequestMetrics gatewayRequestMetrics(GatewayMetrics metrics) {
        return new RequestMetrics(metrics.registry());
    }

    @Bean
    RequestTracing gatewayRequestTracing(Tracing tracing) {
        return new RequestTracing(tracing);
    }

    @Bean
    HealthCheck gatewayHealthCheck(
            Database database,
            KafkaHealth kafka,
            RegistryHealth registry,
            LiveConnections live,
            GatewayMetrics metrics) {
        HealthCheck health = new HealthCheck(database, kafka, registry, live::count, Clock.systemUTC());
        health.bindTo(metrics.registry());
        return health;
    }

    @Bean
    Readiness gatewayReadiness(HealthCheck health) {
        return () -> health.report()
                .map(HealthCheck.HealthReport::required)
                .blockOptional(READINESS_TIMEOUT)
                .orElseThrow();
    }

    @Bean
    EndpointGroup gatewayOperationsRoutes(HealthCheck health, ServiceMetrics metrics) {
        return endpoints -> endpoints
                .add(
                        Endpoint.get("/health").access(Access.PUBLIC).with(Feature.UNLIMITED),
                        request -> health.report()
                                .flatMap(report -> JsonResponses.json(
                                        ServerResponse.status(report.canServe() ? 200 : 503)
                                                .header("Cache-Control", "no-store"),
                                        report)))
                .add(
                        Endpoint.get("/metrics")
                                .access(Access.OPERATOR_OR_LOCAL)
                                .with(Feature.UNLIMITED),
                        request -> ServerResponse.ok().contentType(PROMETHEUS).bodyValue(metrics.scrape()));
    }
}
