package dev.mindfulcode.apigateway.projections;

import dev.mindfulcode.apigateway.http.EventStreams;
import dev.mindfulcode.webkit.endpoints.Access;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestBodies;
import dev.mindfulcode.webkit.json.Json;
import dev.mindfulcode.webkit.problems.ProblemType;
import dev.mindfulcode.webkit.transport.ConnectionLimits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The admin endpoints {@code /api/admin/projections}. */
final class ProjectionRoutes {

    private static final Pattern NAME = Pattern.compile("[a-z][a-z_]{0,30}");
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,6}");
    private static final int SHARE_PERCENT_DEFAULT = 50;
    private static final Duration POLL_INTERVAL = Duration.ofMillis(500);
    private static final int WATCHERS_MAX = 20;
    private static final int RETRY_AFTER_SECONDS = 5;

    private final Builds builds;
    private final ConnectionLimits rules;
    private final AtomicInteger watchers = new AtomicInteger();

    ProjectionRoutes(Builds builds, ConnectionLimits rules) {
        this.builds = builds;
        this.rules = rules;
    }

    void addTo(Endpoints endpoints) {
        endpoints
                .add(
                        Endpoint.get("/api/admin/projections").access(Access.OPERATOR),
                        request -> builds.all().flatMap(all -> JsonResponses.ok(new BuildView.All(all))))
                .add(
                        Endpoint.get("/api/admin/projections/stream")
                                .access(Access.OPERATOR)
                                .problems(ProblemType.TOO_MANY_CONNECTIONS),
                        this::watch)
                .add(
                        Endpoint.post("/api/admin/projections/{projection}/builds")
                                .access(Access.OPERATOR)
                                .problems(ProblemType.BUILD_CONFLICT),
                        request -> share(request, share -> builds.order(projection(request), share)))
                .add(
                        Endpoint.post("/api/admin/projections/{projection}/builds/{build}/use")
                                .access(Access.OPERATOR)
                                .problems(ProblemType.BUILD_CONFLICT),
                        request -> share(request, share -> builds.use(projection(request), build(request), share)))
                .add(
                        Endpoint.delete("/api/admin/projections/{projection}/builds/{build}")
                                .access(Access.OPERATOR)
                                .problems(ProblemType.BUILD_CONFLICT),
                        request -> ordered(request, builds.drop(projection(request), build(request))));
    }

    private static Mono<ServerResponse> share(ServerRequest request, Function<Integer, Mono<Integer>> order) {
        return RequestBodies.objectOrNothing(request, "share_percent").flatMap(body -> {
            Long share = body.integer("share_percent", 1, 100);
            return ordered(request, order.apply(share == null ? SHARE_PERCENT_DEFAULT : share.intValue()));
        });
    }

    private static Mono<ServerResponse> ordered(ServerRequest request, Mono<Integer> order) {
        return order.flatMap(build -> JsonResponses.json(202, new Ordered(projection(request), build)));
    }

    /** Streams the list of builds as server-sent events, at each change. */
    private Mono<ServerResponse> watch(ServerRequest request) {
        return EventStreams.respond(request, () -> {
            if (watchers.incrementAndGet() > WATCHERS_MAX) {
                watchers.decrementAndGet();
                throw ProblemType.TOO_MANY_CONNECTIONS.retryAfter(
                        RETRY_AFTER_SECONDS, "Too many clients watch rebuilds.");
            }
            Flux<DataBuffer> lists = Flux.interval(Duration.ZERO, POLL_INTERVAL)
                    .onBackpressureDrop()
                    .concatMap(_ -> builds.all().map(BuildView.All::new).onErrorResume(e -> Mono.empty()), 1)
                    .map(Json::bytes)
                    .map(json -> new String(json, StandardCharsets.UTF_8))
                    .distinctUntilChanged()
                    .map(json -> EventStreams.buffer(("data: " + json + "\n\n").getBytes(StandardCharsets.UTF_8)));
            return EventStreams.withKeepAlive(lists, rules).doFinally(_ -> watchers.decrementAndGet());
        });
    }

    private static String projection(ServerRequest request) {
        String name = request.pathVariable("projection");
        if (!NAME.matcher(name).matches()) {
            throw ProblemType.NOT_FOUND.withDetail("Projection not found.");
        }
        return name;
    }

    private static int build(ServerRequest request) {
        String number = request.pathVariable("build");
        if (!NUMBER.matcher(number).matches()) {
            throw ProblemType.NOT_FOUND.withDetail("Build not found.");
        }
        return Integer.parseInt(number);
    }

    private record Ordered(String projection, int build) {}
}
