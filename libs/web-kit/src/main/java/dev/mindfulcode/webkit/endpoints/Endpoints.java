package dev.mindfulcode.webkit.endpoints;

import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.server.PathContainer;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.server.ServerWebExchange;
import org.springframework.web.server.WebFilter;
import org.springframework.web.util.pattern.PathPattern;
import org.springframework.web.util.pattern.PathPatternParser;
import reactor.core.publisher.Mono;

/**
 * The endpoints of a web service. A GET endpoint serves HEAD too. OPTIONS returns the methods of the path; any other
 * method of a declared path is refused with 405 and those methods.
 */
public final class Endpoints {

    /** For the head of the response; streams may last longer. */
    public static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(15);

    private static final int RETRY_AFTER_SECONDS = 2;
    private static final String MATCH = Endpoints.class.getName() + ".match";

    /** A read of data that may lag behind writes. */
    @FunctionalInterface
    public interface Reads {

        /** Returns the response, once the data are as recent as the request demands by {@code X-Read-After}. */
        Mono<ServerResponse> read(ServerRequest request, Mono<ServerResponse> response);
    }

    private final Map<String, Resource> resources = new LinkedHashMap<>();

    /** Patterns by their first two segments, or one if the second is a variable: few are tried per request. */
    private final Map<String, List<Resource>> patterns = new HashMap<>();

    /** @throws IllegalArgumentException if the endpoint is already declared */
    public Endpoints add(Endpoint endpoint, HandlerFunction<ServerResponse> handler) {
        Resource resource = resources.computeIfAbsent(endpoint.path(), this::newResource);
        if (resource.routes.putIfAbsent(endpoint.method(), new Route(endpoint, handler)) != null) {
            throw new IllegalArgumentException(endpoint.name() + " is declared twice");
        }
        return this;
    }

    private Resource newResource(String path) {
        Resource resource = new Resource(PathPatternParser.defaultInstance.parse(path), new LinkedHashMap<>());
        if (isPattern(path)) {
            String two = prefix(path, 2);
            String prefix = isPattern(two) ? prefix(path, 1) : two;
            List<Resource> candidates = patterns.computeIfAbsent(prefix, _ -> new ArrayList<>());
            candidates.add(resource);
            candidates.sort((a, b) -> PathPattern.SPECIFICITY_COMPARATOR.compare(a.pattern, b.pattern));
        }
        return resource;
    }

    /** Returns all endpoints in the order of their declaration. */
    public List<Endpoint> all() {
        return resources.values().stream()
                .flatMap(resource -> resource.routes.values().stream())
                .map(Route::endpoint)
                .toList();
    }

    /** Returns a filter that finds the endpoint of each request, for {@link #find} and {@link #access}. */
    public WebFilter filter() {
        return (exchange, chain) -> {
            match(exchange);
            return chain.filter(exchange);
        };
    }

    /** Returns the endpoint that a request is for, or null if its path or method is not declared. */
    public static @Nullable Endpoint find(ServerWebExchange exchange) {
        Match match = exchange.getAttribute(MATCH);
        Route route = match == null
                ? null
                : match.resource.route(exchange.getRequest().getMethod());
        return route == null ? null : route.endpoint;
    }

    /**
     * Returns who may send a request, or null if its path is not declared. A method that the path does not have is
     * treated as the one declared first; which methods there are is public.
     */
    public static @Nullable Access access(ServerWebExchange exchange) {
        Match match = exchange.getAttribute(MATCH);
        HttpMethod method = exchange.getRequest().getMethod();
        if (match == null || method.equals(HttpMethod.OPTIONS)) {
            return match == null ? null : Access.PUBLIC;
        }
        Route route = match.resource.route(method);
        return (route == null ? match.resource.routes.values().iterator().next() : route).endpoint.access();
    }

    /**
     * Returns the endpoints as a router.
     *
     * @param reads decides when, and from which database, authenticated requests to endpoints with
     *     {@link Endpoint.Feature#READ_AFTER} read
     */
    public RouterFunction<ServerResponse> router(Reads reads) {
        return request -> {
            Match match = match(request.exchange());
            if (match == null) {
                return Mono.empty();
            }
            Map<String, Object> attributes = request.exchange().getAttributes();
            attributes.put(RouterFunctions.MATCHING_PATTERN_ATTRIBUTE, match.resource.pattern);
            attributes.put(RouterFunctions.URI_TEMPLATE_VARIABLES_ATTRIBUTE, match.variables);
            Route route = match.resource.route(request.method());
            if (route == null) {
                return Mono.just(match.resource::handleOtherMethod);
            }
            return Mono.just(_ -> handle(route, request, reads));
        };
    }

    private static Mono<ServerResponse> handle(Route route, ServerRequest request, Reads reads) {
        Mono<ServerResponse> handled = Mono.defer(() -> route.handler.handle(request));
        Mono<ServerResponse> response = route.endpoint.has(Endpoint.Feature.READ_AFTER)
                ? request.principal()
                        .map(_ -> reads.read(request, handled))
                        .defaultIfEmpty(handled)
                        .flatMap(Function.identity())
                : handled;
        if (route.endpoint.has(Endpoint.Feature.UNTIMED)) {
            return response;
        }
        return response.timeout(
                RESPONSE_TIMEOUT,
                Mono.error(() -> ProblemType.UNAVAILABLE.retryAfter(
                        RETRY_AFTER_SECONDS, "No response within " + RESPONSE_TIMEOUT.toSeconds() + " s.")));
    }

    private @Nullable Match match(ServerWebExchange exchange) {
        Match known = exchange.getAttribute(MATCH);
        if (known != null && known.owner == this) {
            return known;
        }
        Match match = match(exchange.getRequest().getPath().pathWithinApplication());
        if (match != null) {
            exchange.getAttributes().put(MATCH, match);
        }
        return match;
    }

    private @Nullable Match match(PathContainer path) {
        String text = path.value();
        Resource literal = isPattern(text) ? null : resources.get(text);
        if (literal != null) {
            return new Match(this, literal, Map.of());
        }
        Match match = match(path, patterns.get(prefix(text, 2)));
        return match == null ? match(path, patterns.get(prefix(text, 1))) : match;
    }

    private @Nullable Match match(PathContainer path, @Nullable List<Resource> candidates) {
        if (candidates != null) {
            for (Resource candidate : candidates) {
                PathPattern.PathMatchInfo found = candidate.pattern.matchAndExtract(path);
                if (found != null) {
                    return new Match(this, candidate, found.getUriVariables());
                }
            }
        }
        return null;
    }

    private static boolean isPattern(String path) {
        return path.indexOf('{') >= 0;
    }

    private static String prefix(String path, int segments) {
        int end = 0;
        for (int segment = 0; segment < segments && end >= 0; segment++) {
            end = path.indexOf('/', end + 1);
        }
        return end < 0 ? path : path.substring(0, end);
    }

    private record Route(Endpoint endpoint, HandlerFunction<ServerResponse> handler) {}

    private record Match(Endpoints owner, Resource resource, Map<String, String> variables) {}

    private record Resource(PathPattern pattern, Map<HttpMethod, Route> routes) {

        @Nullable
        Route route(HttpMethod method) {
            return routes.get(method.equals(HttpMethod.HEAD) ? HttpMethod.GET : method);
        }

        Mono<ServerResponse> handleOtherMethod(ServerRequest request) {
            String allow = String.join(", ", methods());
            if (request.method().equals(HttpMethod.OPTIONS)) {
                return ServerResponse.noContent()
                        .header(HttpHeaders.ALLOW, allow)
                        .build();
            }
            request.exchange().getResponse().getHeaders().set(HttpHeaders.ALLOW, allow);
            return Mono.error(ProblemType.METHOD_NOT_ALLOWED.withDetail("Allowed methods: " + allow + "."));
        }

        private TreeSet<String> methods() {
            TreeSet<String> methods = new TreeSet<>(List.of(HttpMethod.OPTIONS.name()));
            for (HttpMethod method : routes.keySet()) {
                methods.add(method.name());
                if (method.equals(HttpMethod.GET)) {
                    methods.add(HttpMethod.HEAD.name());
                }
            }
            return methods;
        }
    }
}
