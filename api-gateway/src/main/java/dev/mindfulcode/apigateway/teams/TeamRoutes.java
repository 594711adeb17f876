package dev.mindfulcode.apigateway.teams;

import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.identity.teams.Member;
import dev.mindfulcode.identity.teams.Role;
import dev.mindfulcode.identity.teams.Team;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestBodies;
import dev.mindfulcode.webkit.endpoints.RequestParameters;
import dev.mindfulcode.webkit.json.JsonFields;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.List;
import java.util.UUID;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /api/teams}. */
final class TeamRoutes {

    private static final int NAME_LENGTH_MAX = 100;
    private static final int ROLE_LENGTH_MAX = 16;

    private final Teams teams;

    TeamRoutes(Teams teams) {
        this.teams = teams;
    }

    void addTo(Endpoints endpoints) {
        endpoints
                .add(Endpoint.post("/api/teams").idempotent().problems(ProblemType.LIMIT_REACHED), this::create)
                .add(Endpoint.get("/api/teams"), this::mine)
                .add(Endpoint.get("/api/teams/{id}"), this::get)
                .add(Endpoint.put("/api/teams/{id}/consent"), this::consent)
                .add(Endpoint.get("/api/teams/{id}/members"), this::members)
                .add(Endpoint.put("/api/teams/{id}/members/{user_id}").problems(ProblemType.LAST_OWNER), this::change)
                .add(
                        Endpoint.delete("/api/teams/{id}/members/{user_id}").problems(ProblemType.LAST_OWNER),
                        this::remove);
    }

    private Mono<ServerResponse> create(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> RequestBodies.object(request, "name")
                        .flatMap(body -> teams.create(caller.userId(), body.requiredText("name", NAME_LENGTH_MAX))))
                .flatMap(team -> JsonResponses.json(201, team));
    }

    private Mono<ServerResponse> mine(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> teams.ofUser(caller.userId()))
                .flatMap(all -> JsonResponses.ok(new Mine(all)));
    }

    private Mono<ServerResponse> get(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> teams.find(caller.userId(), teamId(request)))
                .flatMap(JsonResponses::ok);
    }

    private Mono<ServerResponse> members(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> teams.members(caller.userId(), teamId(request)))
                .flatMap(all -> JsonResponses.ok(new Members(all)));
    }

    private Mono<ServerResponse> change(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> RequestBodies.object(request, "role")
                        .flatMap(body -> teams.changeRole(
                                caller.userId(),
                                teamId(request),
                                RequestParameters.pathId(request, "user_id"),
                                role(body))))
                .flatMap(JsonResponses::ok);
    }

    private Mono<ServerResponse> remove(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller ->
                        teams.remove(caller.userId(), teamId(request), RequestParameters.pathId(request, "user_id")))
                .then(Mono.defer(() -> ServerResponse.noContent().build()));
    }

    private Mono<ServerResponse> consent(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> RequestBodies.object(request, "consent")
                        .flatMap(body -> teams.setConsent(
                                caller.userId(), teamId(request), body.required("consent", body.bool("consent")))))
                .flatMap(JsonResponses::ok);
    }

    private static UUID teamId(ServerRequest request) {
        return RequestParameters.pathId(request, "id");
    }

    static Role role(JsonFields body) {
        Role role = Role.parse(body.requiredText("role", ROLE_LENGTH_MAX));
        if (role == null) {
            throw body.invalid("role", "One of owner, admin, member and viewer is expected.");
        }
        return role;
    }

    private record Mine(List<Team> teams) {}

    private record Members(List<Member> members) {}
}
