package dev.mindfulcode.webkit.endpoints;

import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunction;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * Collects routes. Each GET route answers HEAD too. OPTIONS is answered with the methods of the path, any other method
 * of a known path with 405 and those methods.
 */
public final class Endpoints {

    /** Until the answer is known, not until it is sent: streams may go on for ever. */
    private static final Duration RESPONSE_TIMEOUT = Duration.ofSeconds(15);

    private static final int RETRY_AFTER_SECONDS = 2;

    /**
     * By their first two segments, or one where the second is a variable: a match is looked for among a few routes, and
     * not among all in turn.
     */
    private final Map<String, RouterFunctions.Builder> routers = new HashMap<>();

    private final Map<String, TreeSet<String>> methods = new LinkedHashMap<>();

    public Endpoints get(String path, HandlerFunction<ServerResponse> handler) {
        return add(HttpMethod.GET, path, handler);
    }

    public Endpoints post(String path, HandlerFunction<ServerResponse> handler) {
        return add(HttpMethod.POST, path, handler);
    }

    public Endpoints put(String path, HandlerFunction<ServerResponse> handler) {
        return add(HttpMethod.PUT, path, handler);
    }

    public Endpoints patch(String path, HandlerFunction<ServerResponse> handler) {
        return add(HttpMethod.PATCH, path, handler);
    }

    public Endpoints delete(String path, HandlerFunction<ServerResponse> handler) {
        return add(HttpMethod.DELETE, path, handler);
    }

    private Endpoints add(HttpMethod method, String path, HandlerFunction<ServerResponse> handler) {
        router(path)
                .route(
                        RequestPredicates.methods(answeredBy(method)).and(RequestPredicates.path(path)),
                        request -> handler.handle(request)
                                .timeout(
                                        RESPONSE_TIMEOUT,
                                        Mono.error(() -> ProblemType.UNAVAILABLE.retryAfter(
                                                RETRY_AFTER_SECONDS, "The answer took too long."))));
        methods.computeIfAbsent(path, _ -> new TreeSet<>()).add(method.name());
        return this;
    }

    private static HttpMethod[] answeredBy(HttpMethod method) {
        return method.equals(HttpMethod.GET)
                ? new HttpMethod[] {HttpMethod.GET, HttpMethod.HEAD}
                : new HttpMethod[] {method};
    }

    /** Returns method and path of each route, such as {@code GET /api/teams/{id}}. */
    public List<String> endpoints() {
        return methods.entrySet().stream()
                .flatMap(route -> route.getValue().stream().map(method -> method + " " + route.getKey()))
                .toList();
    }

    public RouterFunction<ServerResponse> build() {
        methods.forEach((path, allowed) -> {
            TreeSet<String> all = new TreeSet<>(allowed);
            all.add(HttpMethod.OPTIONS.name());
            if (all.contains(HttpMethod.GET.name())) {
                all.add(HttpMethod.HEAD.name());
            }
            String allow = String.join(", ", all);
            router(path)
                    .route(
                            RequestPredicates.method(HttpMethod.OPTIONS).and(RequestPredicates.path(path)),
                            _ -> ServerResponse.noContent()
                                    .header(HttpHeaders.ALLOW, allow)
                                    .build());
            router(path).route(RequestPredicates.path(path), request -> {
                request.exchange().getResponse().getHeaders().set(HttpHeaders.ALLOW, allow);
                return Mono.error(ProblemType.METHOD_NOT_ALLOWED.withDetail("Allowed here: " + allow + "."));
            });
        });
        Map<String, RouterFunction<ServerResponse>> built = new HashMap<>();
        routers.forEach((beginning, router) -> built.put(beginning, router.build()));
        return request -> {
            String path = request.requestPath().pathWithinApplication().value();
            RouterFunction<ServerResponse> found =
                    built.getOrDefault(beginning(path, 2), built.get(beginning(path, 1)));
            return found == null ? Mono.empty() : found.route(request);
        };
    }

    private RouterFunctions.Builder router(String path) {
        String two = beginning(path, 2);
        return routers.computeIfAbsent(two.indexOf('{') < 0 ? two : beginning(path, 1), _ -> RouterFunctions.route());
    }

    private static String beginning(String path, int segments) {
        int end = 0;
        for (int segment = 0; segment < segments && end >= 0; segment++) {
            end = path.indexOf('/', end + 1);
        }
        return end < 0 ? path : path.substring(0, end);
    }
}
