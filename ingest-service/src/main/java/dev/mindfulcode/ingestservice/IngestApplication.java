package dev.mindfulcode.ingestservice;

import dev.mindfulcode.management.Health;
import dev.mindfulcode.management.ManagementServer;
import dev.mindfulcode.management.ServiceMetrics;
import dev.mindfulcode.webkit.endpoints.Access;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.transport.ConnectionLimits;
import dev.mindfulcode.webkit.transport.HttpTransport;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.Banner;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.webflux.autoconfigure.HttpHandlerAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.WebFluxAutoConfiguration;
import org.springframework.boot.webflux.autoconfigure.error.ErrorWebFluxAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;

/** Standalone ingest: a web server on PORT with {@code /health}, and the management port. */
@Configuration(proxyBeanMethods = false)
@Import(IngestConfiguration.class)
@ImportAutoConfiguration({
    NettyReactiveWebServerAutoConfiguration.class,
    HttpHandlerAutoConfiguration.class,
    WebFluxAutoConfiguration.class,
    ErrorWebFluxAutoConfiguration.class
})
public class IngestApplication {

    private static final Endpoint HEALTH = Endpoint.get("/health").access(Access.PUBLIC);

    public static void main(String[] args) {
        start(args);
    }

    static ConfigurableApplicationContext start(String... args) {
        SpringApplication application = new SpringApplication(IngestApplication.class);
        application.setBannerMode(Banner.Mode.OFF);
        application.setWebApplicationType(WebApplicationType.REACTIVE);
        application.setDefaultProperties(Map.of("server.shutdown", "graceful"));
        return application.run(args);
    }

    @Bean
    ServiceMetrics ingestMetrics() {
        return new ServiceMetrics();
    }

    @Bean(destroyMethod = "")
    MeterRegistry ingestMeterRegistry(ServiceMetrics metrics) {
        return metrics.registry();
    }

    @Bean
    ManagementServer ingestManagement(IngestSettings settings, Ingest ingest, ServiceMetrics metrics) {
        return new ManagementServer(
                settings.management(), () -> Health.OK, ingest::health, metrics, InstantSource.system());
    }

    @Bean
    WebServerFactoryCustomizer<NettyReactiveWebServerFactory> ingestWebServer(
            IngestSettings settings, ObjectProvider<ConnectionLimits> rules, MeterRegistry meters) {
        AtomicInteger open = new AtomicInteger();
        Gauge.builder("mindful.http.connections", open, AtomicInteger::get)
                .description("Open connections to the HTTP port")
                .tag("server", "ingest")
                .strongReference(true)
                .register(meters);
        return factory -> {
            factory.setPort(settings.port());
            factory.addServerCustomizers(server ->
                    HttpTransport.configure(server, rules.getIfAvailable(() -> ConnectionLimits.STANDARD), open));
        };
    }

    @Bean
    RouterFunction<ServerResponse> ingestOperations(Ingest ingest) {
        return ingest.router(new Endpoints().add(HEALTH, request -> {
            boolean isHealthy = ingest.health().isHealthy();
            return ServerResponse.status(isHealthy ? 200 : 503)
                    .contentType(MediaType.APPLICATION_JSON)
                    .bodyValue("{\"status\":\"" + (isHealthy ? "ok" : "unavailable") + "\"}");
        }));
    }
}
