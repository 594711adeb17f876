package dev.mindfulcode.apigateway.accounts;

import dev.mindfulcode.apigateway.accounts.Reauthentication.Confirmation;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.identity.accounts.AccountDetails;
import dev.mindfulcode.identity.accounts.AccountTable;
import dev.mindfulcode.identity.tokens.OneTimeLinks;
import dev.mindfulcode.identity.tokens.OneTimeLinks.CreatedLink;
import dev.mindfulcode.identity.tokens.OneTimeLinks.Purpose;
import dev.mindfulcode.webkit.endpoints.Access;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestBodies;
import dev.mindfulcode.webkit.json.JsonFields;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.Instant;
import java.util.UUID;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * {@code /api/account/sign-in-links} and {@code /api/admin/password-links}: creates links that work once. Users create
 * those that sign in; an operator, who verifies the person by other means, those for a forgotten password.
 */
final class LinkRoutes {

    private final Database database;
    private final AccountTable accounts;
    private final AccountDetails details;
    private final OneTimeLinks links;
    private final Reauthentication reauthentication;

    LinkRoutes(
            Database database,
            AccountTable accounts,
            AccountDetails details,
            OneTimeLinks links,
            Reauthentication reauthentication) {
        this.database = database;
        this.accounts = accounts;
        this.details = details;
        this.links = links;
        this.reauthentication = reauthentication;
    }

    void addTo(Endpoints endpoints) {
        endpoints
                .add(
                        Endpoint.post("/api/account/sign-in-links").problems(ProblemType.WRONG_PASSWORD),
                        this::createSignIn)
                .add(
                        Endpoint.post("/api/admin/password-links")
                                .access(Access.OPERATOR)
                                .problems(ProblemType.NOT_FOUND),
                        this::createNewPassword);
    }

    /** A link outlives the access token of the request, so the token alone does not suffice. */
    private Mono<ServerResponse> createSignIn(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> RequestBodies.object(request, Reauthentication.FIELD)
                        .flatMap(body -> reauthentication.confirm(request, caller, body))
                        .flatMap(confirmed -> create(caller.userId(), confirmed)))
                .flatMap(LinkRoutes::created);
    }

    private Mono<CreatedLink> create(UUID userId, Confirmation confirmed) {
        return database.inTransaction(accounts.lockForRead(userId)
                .filterWhen(_ -> isUnchanged(userId, confirmed))
                .switchIfEmpty(Mono.error(Reauthentication::wrongPassword))
                .flatMap(_ -> links.create(userId, Purpose.SIGN_IN)));
    }

    private Mono<Boolean> isUnchanged(UUID userId, Confirmation confirmed) {
        String hash = confirmed.passwordHash();
        return hash == null ? Mono.just(true) : accounts.lockPassword(userId, hash);
    }

    private Mono<ServerResponse> createNewPassword(ServerRequest request) {
        return RequestBodies.object(request, "email")
                .flatMap(body -> details.password(address(body).normalised())
                        .filter(stored -> stored.hash() != null)
                        .switchIfEmpty(Mono.error(() -> ProblemType.NOT_FOUND.forField(
                                "email", "No account that signs in with a password has this address.")))
                        .flatMap(stored -> links.create(stored.userId(), Purpose.NEW_PASSWORD)))
                .flatMap(LinkRoutes::created);
    }

    private static EmailAddress address(JsonFields body) {
        EmailAddress email = EmailAddress.parse(body.requiredText("email", EmailAddress.LENGTH_MAX));
        if (email == null) {
            throw body.invalid("email", "An e-mail address is expected.");
        }
        return email;
    }

    private static Mono<ServerResponse> created(CreatedLink link) {
        return JsonResponses.json(
                ServerResponse.status(201).header("Cache-Control", "no-store"),
                new Link(link.path(), link.expiresAt()));
    }

    /** @param path relative to the dashboard's address; shown in this response only */
    private record Link(String path, Instant expiresAt) {

        /** Without the path. */
        @Override
        public String toString() {
            return "Link";
        }
    }
}
