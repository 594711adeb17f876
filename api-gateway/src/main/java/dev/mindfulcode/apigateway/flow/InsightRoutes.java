package dev.mindfulcode.apigateway.flow;

import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestParameters;
import java.util.UUID;
import java.util.function.Function;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /api/flow/patterns}, {@code /api/flow/insights} and {@code /api/flow/analytics}. */
final class InsightRoutes {

    private final FlowHistory history;

    InsightRoutes(FlowHistory history) {
        this.history = history;
    }

    void addTo(Endpoints endpoints) {
        endpoints
                .add(Endpoint.get("/api/flow/patterns").readAfter(), request -> {
                    int days = days(request, FlowHistory.PATTERN_DAYS_DEFAULT);
                    return answer(request, userId -> history.patterns(userId, days));
                })
                .add(Endpoint.get("/api/flow/analytics").readAfter(), request -> {
                    int days = days(request, FlowHistory.ANALYTICS_DAYS_DEFAULT);
                    return answer(request, userId -> history.analytics(userId, days));
                })
                .add(Endpoint.get("/api/flow/insights").readAfter(), request -> answer(request, history::insights));
    }

    private static int days(ServerRequest request, int absent) {
        return RequestParameters.integer(request, "days", absent, 1, FlowHistory.DAYS_MAX);
    }

    private Mono<ServerResponse> answer(ServerRequest request, Function<UUID, Mono<?>> read) {
        return Caller.of(request).flatMap(caller -> read.apply(caller.userId())).flatMap(JsonResponses::ok);
    }
}
