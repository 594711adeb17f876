package dev.mindfulcode.ingestservice;

import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.Arrays;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.web.reactive.function.server.HandlerFunction;
import org.springframework.web.reactive.function.server.RequestPredicates;
import org.springframework.web.reactive.function.server.RouterFunctions;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * Adds routes with HTTP's rules for methods: each GET route answers HEAD too, OPTIONS is answered with the methods of
 * the path, any other method with 405 and those methods.
 */
final class MethodRoutes {

    private final RouterFunctions.Builder routes;
    private final Function<ProblemException, Mono<ServerResponse>> refused;

    MethodRoutes(RouterFunctions.Builder routes, Function<ProblemException, Mono<ServerResponse>> refused) {
        this.routes = routes;
        this.refused = refused;
    }

    MethodRoutes get(String path, HandlerFunction<ServerResponse> handler) {
        return add(path, handler, HttpMethod.GET, HttpMethod.HEAD);
    }

    MethodRoutes post(String path, HandlerFunction<ServerResponse> handler) {
        return add(path, handler, HttpMethod.POST);
    }

    private MethodRoutes add(String path, HandlerFunction<ServerResponse> handler, HttpMethod... methods) {
        TreeSet<String> allowed =
                Arrays.stream(methods).map(HttpMethod::name).collect(Collectors.toCollection(TreeSet::new));
        allowed.add(HttpMethod.OPTIONS.name());
        String allow = String.join(", ", allowed);
        routes.route(RequestPredicates.methods(methods).and(RequestPredicates.path(path)), handler)
                .route(
                        RequestPredicates.method(HttpMethod.OPTIONS).and(RequestPredicates.path(path)),
                        _ -> ServerResponse.noContent()
                                .header(HttpHeaders.ALLOW, allow)
                                .build())
                .route(RequestPredicates.path(path), request -> {
                    request.exchange().getResponse().getHeaders().set(HttpHeaders.ALLOW, allow);
                    return refused.apply(ProblemType.METHOD_NOT_ALLOWED.withDetail("Allowed here: " + allow));
                });
        return this;
    }
}
