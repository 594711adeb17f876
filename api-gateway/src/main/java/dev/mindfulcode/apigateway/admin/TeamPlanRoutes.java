package dev.mindfulcode.apigateway.admin;

import dev.mindfulcode.identity.teams.Plan;
import dev.mindfulcode.identity.teams.TeamTable;
import dev.mindfulcode.webkit.endpoints.Access;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestBodies;
import dev.mindfulcode.webkit.endpoints.RequestParameters;
import dev.mindfulcode.webkit.json.JsonFields;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.UUID;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /api/admin/teams/{id}/plan}: sets a team's plan. */
final class TeamPlanRoutes {

    private static final int PLAN_LENGTH_MAX = 16;

    private final TeamTable teams;

    TeamPlanRoutes(TeamTable teams) {
        this.teams = teams;
    }

    void addTo(Endpoints endpoints) {
        endpoints.add(Endpoint.put("/api/admin/teams/{id}/plan").access(Access.OPERATOR), this::set);
    }

    private Mono<ServerResponse> set(ServerRequest request) {
        UUID teamId = RequestParameters.pathId(request, "id");
        return RequestBodies.object(request, "plan").flatMap(body -> {
            Plan plan = plan(body);
            return teams.setPlan(teamId, plan)
                    .filter(exists -> exists)
                    .switchIfEmpty(
                            Mono.error(() -> ProblemType.NOT_FOUND.withDetail("There is no team " + teamId + ".")))
                    .flatMap(_ -> JsonResponses.ok(new TeamPlan(teamId, plan.text())));
        });
    }

    private static Plan plan(JsonFields body) {
        String text = body.requiredText("plan", PLAN_LENGTH_MAX);
        return switch (text) {
            case "free" -> Plan.FREE;
            case "premium" -> Plan.PREMIUM;
            default -> throw body.invalid("plan", "Is " + text + "; must be free or premium.");
        };
    }

    private record TeamPlan(UUID teamId, String plan) {}
}
