package dev.mindfulcode.apigateway.operations;

import dev.mindfulcode.management.tracing.TraceSpan;
import dev.mindfulcode.management.tracing.Tracing;
import dev.mindfulcode.webkit.endpoints.IngestEndpoints;
import java.util.Set;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.server.WebFilterChain;
import reactor.core.publisher.Mono;

/**
 * Records a span per request until the head of its response, in the Reactor context as {@link TraceSpan}. Not of
 * WebSockets, which last for hours, nor of ingest, which shares the server in quickstart and records its own.
 */
@Order(Ordered.HIGHEST_PRECEDENCE)
final class RequestTracing implements WebFilter {

    private static final Set<String> INGEST = Set.of(IngestEndpoints.UPLOAD.path(), IngestEndpoints.FEATURES.path());
    private static final String NO_ROUTE = "none";

    private final Tracing tracing;

    RequestTracing(Tracing tracing) {
        this.tracing = tracing;
    }

    @Override
    public Mono<Void> filter(ServerWebExchange exchange, WebFilterChain chain) {
        TraceSpan span = isTraceable(exchange)
                ? tracing.request(RequestMetrics.method(exchange.getRequest().getMethod()))
                : TraceSpan.NONE;
        if (!span.isTraced()) {
            return chain.filter(exchange);
        }
        exchange.getResponse().beforeCommit(() -> {
            Object pattern = exchange.getAttribute(RouterFunctions.MATCHING_PATTERN_ATTRIBUTE);
            HttpStatusCode status = exchange.getResponse().getStatusCode();
            span.respond(pattern == null ? NO_ROUTE : pattern.toString(), status == null ? 200 : status.value());
            return Mono.empty();
        });
        return chain.filter(exchange)
                .contextWrite(context -> context.put(TraceSpan.class, span))
                .doFinally(_ -> span.end());
    }

    private boolean isTraceable(ServerWebExchange exchange) {
        return tracing.isOn()
                && !INGEST.contains(exchange.getRequest().getPath().value())
                && !exchange.getRequest().getHeaders().containsHeader(HttpHeaders.UPGRADE);
    }
}
