package dev.mindfulcode.apigateway.teams;

import dev.mindfulcode.apigateway.accounts.EmailAddress;
import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.identity.teams.Invitation;
import dev.mindfulcode.identity.teams.ReceivedInvitation;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestBodies;
import dev.mindfulcode.webkit.endpoints.RequestParameters;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.List;
import java.util.UUID;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Inviting people into teams, for leads, and {@code /api/invitations}, for those who are invited. */
final class InvitationRoutes {

    private static final String INVITATION_ID = "invitation_id";

    private final Invitations invitations;

    InvitationRoutes(Invitations invitations) {
        this.invitations = invitations;
    }

    void addTo(Endpoints endpoints) {
        endpoints
                .add(
                        Endpoint.post("/api/teams/{id}/members")
                                .idempotent()
                                .problems(
                                        ProblemType.MEMBER_EXISTS,
                                        ProblemType.INVITATION_EXISTS,
                                        ProblemType.LIMIT_REACHED),
                        this::invite)
                .add(Endpoint.get("/api/teams/{id}/invitations"), this::ofTeam)
                .add(Endpoint.delete("/api/teams/{id}/invitations/{invitation_id}"), this::withdraw)
                .add(Endpoint.get("/api/invitations"), this::received)
                .add(
                        Endpoint.post("/api/invitations/accept")
                                .idempotent()
                                .problems(ProblemType.MEMBER_EXISTS, ProblemType.LIMIT_REACHED, ProblemType.NOT_FOUND),
                        this::accept)
                .add(Endpoint.post("/api/invitations/{invitation_id}/decline").idempotent(), this::decline);
    }

    private Mono<ServerResponse> invite(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> RequestBodies.object(request, "email", "role")
                        .flatMap(body -> {
                            EmailAddress email =
                                    EmailAddress.parse(body.requiredText("email", EmailAddress.LENGTH_MAX));
                            if (email == null) {
                                throw body.invalid("email", "An e-mail address is expected.");
                            }
                            return invitations.invite(caller.userId(), teamId(request), email, TeamRoutes.role(body));
                        }))
                .flatMap(invitation ->
                        JsonResponses.json(ServerResponse.status(201).header("Cache-Control", "no-store"), invitation));
    }

    private Mono<ServerResponse> ofTeam(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> invitations.ofTeam(caller.userId(), teamId(request)))
                .flatMap(all -> JsonResponses.ok(new OfTeam(all)));
    }

    private Mono<ServerResponse> withdraw(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> invitations.withdraw(
                        caller.userId(), teamId(request), RequestParameters.pathId(request, INVITATION_ID)))
                .then(Mono.defer(() -> ServerResponse.noContent().build()));
    }

    private Mono<ServerResponse> received(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> invitations.receivedBy(caller.userId()))
                .flatMap(all -> JsonResponses.ok(new OfAddress(all)));
    }

    private Mono<ServerResponse> accept(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> RequestBodies.object(request, "code")
                        .flatMap(body -> invitations.accept(
                                caller.userId(), body.requiredText("code", InvitationCode.LENGTH_MAX))))
                .flatMap(JsonResponses::ok);
    }

    private Mono<ServerResponse> decline(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller ->
                        invitations.decline(caller.userId(), RequestParameters.pathId(request, INVITATION_ID)))
                .then(Mono.defer(() -> ServerResponse.noContent().build()));
    }

    private static UUID teamId(ServerRequest request) {
        return RequestParameters.pathId(request, "id");
    }

    private record OfTeam(List<Invitation> invitations) {}

    private record OfAddress(List<ReceivedInvitation> invitations) {}
}
