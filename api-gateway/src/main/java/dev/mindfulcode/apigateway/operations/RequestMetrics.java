package dev.mindfulcode.apigateway.operations;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Measures requests by route and status. The route label is the pattern, never the path, so that ids and guessed paths
 * do not become labels. Ingest, which shares the server in quickstart, has its own metrics.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class RequestMetrics implements WebFilter {

    /** Each bucket is a series per route, method and status. */
    private static final Duration[] LATENCY_BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(2),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
        Duration.ofSeconds(10)
    };

    private static final Set<String> INGEST = Set.of("/api/keystrokes", "/api/features");
    private static final String NO_ROUTE = "none";

    private final MeterRegistry registry;
    private final Map<Label, Timer> timers = new ConcurrentHashMap<>();

    RequestMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        if (INGEST.contains(exchange.getRequest().getPath().value())) {
            return chain.filter(exchange);
        }
        long startedNs = System.nanoTime();
        exchange.getResponse().beforeCommit(() -> {
            timer(exchange).record(System.nanoTime() - startedNs, TimeUnit.NANOSECONDS);
            return Mono.empty();
        });
        return chain.filter(exchange);
    }

    private Timer timer(ServerWebExchange exchange) {
        Object pattern = exchange.getAttribute(RouterFunctions.MATCHING_PATTERN_ATTRIBUTE);
        HttpStatusCode status = exchange.getResponse().getStatusCode();
        Label label = new Label(
                pattern == null ? NO_ROUTE : pattern.toString(),
                exchange.getRequest().getMethod().name().length() > 7
                        ? "OTHER"
                        : exchange.getRequest().getMethod().name(),
                status == null ? 200 : status.value());
        return timers.computeIfAbsent(label, this::newTimer);
    }

    private Timer newTimer(Label label) {
        return Timer.builder("mindful.gateway.requests")
                .description("From the first byte of the request to the head of the response")
                .tag("route", label.route())
                .tag("method", label.method())
                .tag("status", Integer.toString(label.status()))
                .serviceLevelObjectives(LATENCY_BUCKETS)
                .register(registry);
    }

    private record Label(String route, String method, int status) {}
}
