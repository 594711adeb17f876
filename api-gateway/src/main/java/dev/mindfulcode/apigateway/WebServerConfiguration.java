package dev.mindfulcode.apigateway;

import dev.mindfulcode.apigateway.dashboard.DashboardRoutes;
import dev.mindfulcode.apigateway.http.CrossOrigins;
import dev.mindfulcode.apigateway.http.ProblemExceptionHandler;
import dev.mindfulcode.apigateway.operations.GatewayMetrics;
import dev.mindfulcode.apigateway.sessions.ReadAfter;
import dev.mindfulcode.webkit.endpoints.EndpointGroup;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.transport.ConnectionLimits;
import dev.mindfulcode.webkit.transport.HttpTransport;
import io.micrometer.core.instrument.Gauge;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoHandler;
import java.net.InetAddress;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.autoconfigure.context.ConfigurationPropertiesAutoConfiguration;
import org.springframework.boot.autoconfigure.context.LifecycleAutoConfiguration;
import org.springframework.boot.reactor.netty.NettyReactiveWebServerFactory;
import org.springframework.boot.reactor.netty.autoconfigure.NettyReactiveWebServerAutoConfiguration;
import org.springframework.boot.web.server.Shutdown;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.boot.web.server.context.WebServerApplicationContext;
import org.springframework.boot.webflux.autoconfigure.HttpHandlerAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.core.env.Environment;
import org.springframework.http.client.ReactorResourceFactory;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.web.reactive.config.EnableWebFlux;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.WebFilter;
import reactor.netty.resources.LoopResources;

/** The web server and its routes. */
@Configuration(value = "gatewayWebServerConfiguration", proxyBeanMethods = false)
@EnableWebFlux
@ImportAutoConfiguration({
    ConfigurationPropertiesAutoConfiguration.class,
    LifecycleAutoConfiguration.class,
    NettyReactiveWebServerAutoConfiguration.class,
    HttpHandlerAutoConfiguration.class
})
class WebServerConfiguration {

    private static final Duration EVENT_LOOP_STOP_TIMEOUT = Duration.ofSeconds(2);
    private static final List<String> TRANSPORTS = List.of(
            "io.netty.channel.epoll.EpollIoHandler",
            "io.netty.channel.kqueue.KQueueIoHandler",
            "io.netty.channel.nio.NioIoHandler");

    /** Event loops of this context: the global ones would stop, for all of the JVM, with the first closed context. */
    @Bean
    ReactorResourceFactory gatewayReactorResources() {
        ReactorResourceFactory resources = new ReactorResourceFactory();
        resources.setUseGlobalResources(false);
        resources.setLoopResourcesSupplier(WebServerConfiguration::loops);
        resources.setShutdownQuietPeriod(Duration.ZERO);
        resources.setShutdownTimeout(EVENT_LOOP_STOP_TIMEOUT);
        return resources;
    }

    @Bean
    ConnectionLimits gatewayConnectionRules() {
        return ConnectionLimits.WATCHED;
    }

    @Bean
    ProblemExceptionHandler gatewayProblems() {
        return new ProblemExceptionHandler();
    }

    /** Before other filters, so that a page can read problem documents too. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE + 10)
    WebFilter gatewayCrossOrigins(GatewaySettings settings, Endpoints endpoints) {
        return CrossOrigins.filter(settings.cors().origins(), endpoints.all());
    }

    @Bean
    Endpoints gatewayEndpoints(List<EndpointGroup> groups) {
        Endpoints endpoints = new Endpoints();
        groups.forEach(group -> group.addTo(endpoints));
        return endpoints;
    }

    @Bean
    EndpointGroup gatewayDashboard() {
        return new DashboardRoutes();
    }

    /** Before all filters that depend on an endpoint's declaration. */
    @Bean
    @Order(Ordered.HIGHEST_PRECEDENCE + 5)
    WebFilter gatewayEndpointFilter(Endpoints endpoints) {
        return endpoints.filter();
    }

    @Bean
    RouterFunction<ServerResponse> gatewayRoutes(Endpoints endpoints, ReadAfter readAfter) {
        return endpoints.router(readAfter::read);
    }

    /** Sets port and limits. Runs after the property-driven customizers, so that PORT decides. */
    @Bean
    WebServerFactoryCustomizer<NettyReactiveWebServerFactory> gatewayWebServer(
            GatewaySettings settings, ConnectionLimits rules, GatewayMetrics metrics) {
        AtomicInteger open = new AtomicInteger();
        Gauge.builder("mindful.http.connections", open, AtomicInteger::get)
                .description("Open connections to the HTTP port")
                .tag("server", "gateway")
                .strongReference(true)
                .register(metrics.registry());
        return new LastCustomizer(settings.port(), rules, open);
    }

    @Bean
    Ipv6Loopback gatewayIpv6Loopback(
            NettyReactiveWebServerFactory factory,
            HttpHandler handler,
            ApplicationContext context,
            Environment environment) {
        String address = environment.getProperty("server.address");
        return new Ipv6Loopback(
                factory,
                handler,
                () -> Objects.requireNonNull(((WebServerApplicationContext) context).getWebServer())
                        .getPort(),
                address == null ? null : InetAddress.ofLiteral(address));
    }

    private static final class LastCustomizer
            implements WebServerFactoryCustomizer<NettyReactiveWebServerFactory>, Ordered {

        private final int port;
        private final ConnectionLimits rules;
        private final AtomicInteger open;

        LastCustomizer(int port, ConnectionLimits rules, AtomicInteger open) {
            this.port = port;
            this.rules = rules;
            this.open = open;
        }

        @Override
        public void customize(NettyReactiveWebServerFactory factory) {
            factory.setPort(port);
            factory.setShutdown(Shutdown.GRACEFUL);
            // On by default on some clouds, where it trusts any X-Forwarded-For; TRUSTED_PROXIES decides instead.
            factory.setUseForwardHeaders(false);
            factory.addServerCustomizers(server -> HttpTransport.configure(server, rules, open));
        }

        @Override
        public int getOrder() {
            return Ordered.LOWEST_PRECEDENCE;
        }
    }

    private static LoopResources loops() {
        LoopResources loops = LoopResources.create("gateway-http", LoopResources.DEFAULT_IO_WORKER_COUNT, true);
        requireEpollOrNio(loops);
        return loops;
    }

    /** Fails if Netty would use io_uring, which is several times slower here (measured). */
    private static void requireEpollOrNio(LoopResources loops) {
        boolean isKnown = loops.onServer(LoopResources.DEFAULT_NATIVE).next() instanceof IoEventLoop loop
                && TRANSPORTS.stream().anyMatch(name -> isOfType(loop, name));
        if (!isKnown) {
            throw new IllegalStateException("Netty would use neither epoll nor kqueue nor NIO."
                    + " Remove netty-transport-native-io_uring from the class path.");
        }
    }

    private static boolean isOfType(IoEventLoop loop, String handler) {
        try {
            return loop.isIoType(Class.forName(handler).asSubclass(IoHandler.class));
        } catch (ClassNotFoundException e) {
            return false;
        }
    }
}
