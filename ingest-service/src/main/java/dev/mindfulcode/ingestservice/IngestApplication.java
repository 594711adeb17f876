package dev.mindfulcode.ingestservice;

import dev.mindfulcode.webkit.endpoints.Access;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.transport.ConnectionLimits;
import dev.mindfulcode.webkit.transport.HttpTransport;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.Map;
import org.springframework.beans.factory.ObjectProvider;
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

/** Standalone ingest: a web server on PORT with {@code /health} and {@code /metrics}. */
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
    private static final Endpoint METRICS = Endpoint.get("/metrics").access(Access.PUBLIC);

    public static void main(String[] args) {
        start(args);
    }

    static ConfigurableApplicationContext start(String... args) {
        SpringApplication application = new SpringApplication(IngestApplication.class);
        application.setWebApplicationType(WebApplicationType.REACTIVE);
        application.setDefaultProperties(Map.of("server.shutdown", "graceful"));
        return application.run(args);
    }

    @Bean
    PrometheusMeterRegistry ingestMeterRegistry() {
        return new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    }

    /** Memory, threads and processor time of this process. */
    @Bean
    JvmGcMetrics ingestJvmMetrics(PrometheusMeterRegistry meters) {
        new JvmMemoryMetrics().bindTo(meters);
        new JvmThreadMetrics().bindTo(meters);
        new ProcessorMetrics().bindTo(meters);
        JvmGcMetrics gc = new JvmGcMetrics();
        gc.bindTo(meters);
        return gc;
    }

    @Bean
    WebServerFactoryCustomizer<NettyReactiveWebServerFactory> ingestWebServer(
            IngestSettings settings, ObjectProvider<ConnectionLimits> rules) {
        return factory -> {
            factory.setPort(settings.port());
            factory.addServerCustomizers(
                    server -> HttpTransport.configure(server, rules.getIfAvailable(() -> ConnectionLimits.STANDARD)));
        };
    }

    @Bean
    RouterFunction<ServerResponse> ingestOperations(Ingest ingest, PrometheusMeterRegistry meters) {
        return ingest.router(new Endpoints()
                .add(
                        HEALTH,
                        request -> ServerResponse.status(ingest.isReady() ? 200 : 503)
                                .contentType(MediaType.APPLICATION_JSON)
                                .bodyValue("{\"status\":\"" + (ingest.isReady() ? "ok" : "unavailable") + "\"}"))
                .add(
                        METRICS,
                        request -> ServerResponse.ok()
                                .contentType(MediaType.TEXT_PLAIN)
                                .bodyValue(meters.scrape())));
    }
}
