package dev.mindfulcode.apigateway.operations;

import dev.mindfulcode.webkit.endpoints.IngestEndpoints;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Counts requests by route and status, and measures those that a person waits for. The route label is the pattern,
 * never the path, so that ids and guessed paths do not become labels. Ingest, which shares the server in quickstart,
 * has its own metrics.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class RequestMetrics implements WebFilter {

    /** Measured routes; each has a series per bucket. */
    static final Set<Route> MEASURED = Set.of(
            new Route("POST", "/api/auth/login"),
            new Route("POST", "/api/auth/refresh"),
            new Route("POST", "/api/sessions/start"),
            new Route("PUT", "/api/sessions/{id}/update"),
            new Route("POST", "/api/sessions/{id}/end"),
            new Route("GET", "/api/sessions/history"),
            new Route("POST", "/api/flow/detect"),
            new Route("GET", "/api/flow/analytics"),
            new Route("GET", "/api/flow/insights"),
            new Route("GET", "/api/flow/patterns"),
            new Route("GET", "/api/teams/{id}/analytics"),
            new Route("POST", "/graphql"));

    private static final Duration[] LATENCY_BUCKETS = {
        Duration.ofMillis(1),
        Duration.ofMillis(5),
        Duration.ofMillis(10),
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofSeconds(1),
        Duration.ofMillis(2_500),
        Duration.ofSeconds(10)
    };

    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
    private static final Set<String> INGEST = Set.of(IngestEndpoints.UPLOAD.path(), IngestEndpoints.FEATURES.path());
    private static final String NO_ROUTE = "none";
    private static final String OTHER_METHOD = "other";

    private final MeterRegistry registry;
    private final Map<Route, Timer> timers = new HashMap<>();
    private final Map<Label, Counter> counters = new ConcurrentHashMap<>();

    RequestMetrics(MeterRegistry registry) {
        this.registry = registry;
        for (Route route : MEASURED) {
            timers.put(
                    route,
                    Timer.builder("mindful.gateway.request.duration")
                            .description("From the first byte of a request to the head of its response")
                            .tag("method", route.method())
                            .tag("route", route.pattern())
                            .serviceLevelObjectives(LATENCY_BUCKETS)
                            .register(registry));
        }
    }

    /** @param pattern as the route was declared */
    record Route(String method, String pattern) {}

    private record Label(Route route, int status) {}

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        if (INGEST.contains(exchange.getRequest().getPath().value())) {
            return chain.filter(exchange);
        }
        long startedNs = System.nanoTime();
        exchange.getResponse().beforeCommit(() -> {
            record(exchange, System.nanoTime() - startedNs);
            return Mono.empty();
        });
        return chain.filter(exchange);
    }

    private void record(ServerWebExchange exchange, long tookNs) {
        Object pattern = exchange.getAttribute(RouterFunctions.MATCHING_PATTERN_ATTRIBUTE);
        HttpStatusCode status = exchange.getResponse().getStatusCode();
        Route route =
                new Route(method(exchange.getRequest().getMethod()), pattern == null ? NO_ROUTE : pattern.toString());
        counters.computeIfAbsent(new Label(route, status == null ? 200 : status.value()), this::newCounter)
                .increment();
        Timer timer = timers.get(route);
        if (timer != null) {
            timer.record(tookNs, TimeUnit.NANOSECONDS);
        }
    }

    /** Returns a method of HTTP; a client may send any other word. */
    static String method(HttpMethod method) {
        return METHODS.contains(method.name()) ? method.name() : OTHER_METHOD;
    }

    private Counter newCounter(Label label) {
        return Counter.builder("mindful.gateway.requests")
                .description("Requests answered")
                .tag("route", label.route().pattern())
                .tag("method", label.route().method())
                .tag("status", Integer.toString(label.status()))
                .register(registry);
    }
}
