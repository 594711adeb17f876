package dev.mindfulcode.apigateway.operations;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.log.KafkaHealth;
import dev.mindfulcode.apigateway.log.RegistryHealth;
import dev.mindfulcode.webkit.endpoints.Access;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoint.Feature;
import dev.mindfulcode.webkit.endpoints.EndpointGroup;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Clock;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerResponse;

/** {@code /health} and {@code /metrics}. */
@Configuration(value = "gatewayOperationsConfiguration", proxyBeanMethods = false)
public class OperationsConfiguration {

    private static final MediaType PROMETHEUS = MediaType.parseMediaType("text/plain;version=0.0.4;charset=utf-8");

    /** Uses the shared meter registry if the context has one. */
    @Bean
    GatewayMetrics gatewayMetrics(ObjectProvider<MeterRegistry> shared, Database database) {
        PrometheusMeterRegistry registry = shared.stream()
                .filter(PrometheusMeterRegistry.class::isInstance)
                .map(PrometheusMeterRegistry.class::cast)
                .findFirst()
                .orElseGet(() -> new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
        Gauge.builder("mindful.gateway.database.connections", database, Database::connections)
                .register(registry);
        Gauge.builder("mindful.gateway.database.connections.idle", database, Database::idleConnections)
                .register(registry);
        FunctionCounter.builder("mindful.gateway.database.statements", database, Database::statements)
                .register(registry);
        return GatewayMetrics.in(registry);
    }

    /** Memory, threads and processor time of the process. */
    @Bean
    JvmGcMetrics gatewayJvmMetrics(GatewayMetrics metrics) {
        new JvmMemoryMetrics().bindTo(metrics.registry());
        new JvmThreadMetrics().bindTo(metrics.registry());
        new ProcessorMetrics().bindTo(metrics.registry());
        JvmGcMetrics gc = new JvmGcMetrics();
        gc.bindTo(metrics.registry());
        return gc;
    }

    @Bean
    RequestMetrics gatewayRequestMetrics(GatewayMetrics metrics) {
        return new RequestMetrics(metrics.registry());
    }

    @Bean
    EndpointGroup gatewayOperationsRoutes(
            Database database,
            KafkaHealth kafka,
            RegistryHealth registry,
            GatewayMetrics metrics,
            LiveConnections live) {
        HealthCheck health = new HealthCheck(database, kafka, registry, live::count, Clock.systemUTC());
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
                        request -> ServerResponse.ok()
                                .contentType(PROMETHEUS)
                                .bodyValue(metrics.registry().scrape()));
    }
}
