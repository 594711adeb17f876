package dev.mindfulcode.apigateway.goals;

import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestBodies;
import dev.mindfulcode.webkit.json.JsonFields;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.UUID;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /api/goals}. */
final class GoalRoutes {

    private static final String FIELD = "weekly_flow_minutes";

    private final Goals goals;

    GoalRoutes(Goals goals) {
        this.goals = goals;
    }

    void addTo(Endpoints endpoints) {
        endpoints.add(Endpoint.get("/api/goals").readAfter(), this::read).add(Endpoint.put("/api/goals"), this::change);
    }

    private Mono<ServerResponse> read(ServerRequest request) {
        return Caller.of(request).flatMap(caller -> goals.read(caller.userId())).flatMap(JsonResponses::ok);
    }

    private Mono<ServerResponse> change(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> RequestBodies.object(request, FIELD)
                        .flatMap(body -> change(caller.userId(), body))
                        .then(Mono.defer(() -> goals.read(caller.userId()))))
                .flatMap(JsonResponses::ok);
    }

    private Mono<Void> change(UUID userId, JsonFields body) {
        Long minutes = body.integer(FIELD, 1, Goals.WEEKLY_FLOW_MINUTES_MAX);
        if (minutes != null) {
            return goals.set(userId, minutes.intValue());
        }
        if (!body.isNull(FIELD)) {
            throw ProblemType.INVALID_REQUEST.forField(
                    FIELD, "Must be an integer from 1 to " + Goals.WEEKLY_FLOW_MINUTES_MAX + ", or null for no goal.");
        }
        return goals.remove(userId);
    }
}
