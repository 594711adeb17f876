package dev.mindfulcode.apigateway.teams;

import dev.mindfulcode.apigateway.accounts.EmailAddress;
import dev.mindfulcode.apigateway.http.Answers;
import dev.mindfulcode.apigateway.http.Bodies;
import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.apigateway.http.Parameters;
import dev.mindfulcode.apigateway.http.Routes;
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

    void addTo(Routes routes) {
        routes.post("/api/teams/{id}/members", this::invite)
                .get("/api/teams/{id}/invitations", this::ofTeam)
                .delete("/api/teams/{id}/invitations/{invitation_id}", this::withdraw)
                .get("/api/invitations", this::received)
                .post("/api/invitations/accept", this::accept)
                .post("/api/invitations/{invitation_id}/decline", this::decline);
    }

    private Mono<ServerResponse> invite(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> Bodies.object(request, "email", "role").flatMap(body -> {
                    EmailAddress email = EmailAddress.parse(body.requiredText("email", EmailAddress.LENGTH_MAX));
                    if (email == null) {
                        throw body.refused("email", "An e-mail address is expected.");
                    }
                    return invitations.invite(caller.userId(), teamId(request), email, TeamRoutes.role(body));
                }))
                .flatMap(invitation ->
                        Answers.json(ServerResponse.status(201).header("Cache-Control", "no-store"), invitation));
    }

    private Mono<ServerResponse> ofTeam(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> invitations.ofTeam(caller.userId(), teamId(request)))
                .flatMap(all -> Answers.ok(new OfTeam(all)));
    }

    private Mono<ServerResponse> withdraw(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> invitations.withdraw(
                        caller.userId(), teamId(request), Parameters.pathId(request, INVITATION_ID)))
                .then(Mono.defer(() -> ServerResponse.noContent().build()));
    }

    private Mono<ServerResponse> received(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> invitations.receivedBy(caller.userId()))
                .flatMap(all -> Answers.ok(new ReceivedInvitations(all)));
    }

    private Mono<ServerResponse> accept(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> Bodies.object(request, "code")
                        .flatMap(body -> invitations.accept(
                                caller.userId(), body.requiredText("code", InvitationCode.LENGTH_MAX))))
                .flatMap(Answers::ok);
    }

    private Mono<ServerResponse> decline(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> invitations.decline(caller.userId(), Parameters.pathId(request, INVITATION_ID)))
                .then(Mono.defer(() -> ServerResponse.noContent().build()));
    }

    private static UUID teamId(ServerRequest request) {
        return Parameters.pathId(request, "id");
    }

    private record OfTeam(List<Invitations.Invitation> invitations) {}

    private record ReceivedInvitations(List<Invitations.Received> invitations) {}
}
