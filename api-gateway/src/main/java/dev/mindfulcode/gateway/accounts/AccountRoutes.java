package dev.mindfulcode.gateway.accounts;

import dev.mindfulcode.gateway.http.Answers;
import dev.mindfulcode.gateway.http.Bodies;
import dev.mindfulcode.gateway.http.Caller;
import dev.mindfulcode.gateway.http.JsonFields;
import dev.mindfulcode.gateway.http.ProblemType;
import dev.mindfulcode.gateway.http.Routes;
import java.time.ZoneId;
import java.util.Set;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /api/auth} and {@code /api/account}. */
final class AccountRoutes {

    private static final Set<String> ZONES = ZoneId.getAvailableZoneIds();
    private static final int ZONE_LENGTH_MAX = 64;
    private static final String ZONE_ABSENT = "UTC";

    private final Accounts accounts;

    AccountRoutes(Accounts accounts) {
        this.accounts = accounts;
    }

    void addTo(Routes routes) {
        routes.post("/api/auth/register", this::register)
                .post("/api/auth/login", this::login)
                .post("/api/auth/refresh", this::refresh)
                .post("/api/auth/logout", this::logout)
                .get("/api/account", this::account);
    }

    private Mono<ServerResponse> register(ServerRequest request) {
        return Bodies.object(request).flatMap(body -> {
            EmailAddress email = EmailAddress.parse(body.requiredText("email", EmailAddress.LENGTH_MAX));
            if (email == null) {
                throw body.refused("email", "An e-mail address is expected.");
            }
            String password = PasswordPolicy.normalised(body.requiredText("password", PasswordPolicy.UNITS_MAX));
            String fault = PasswordPolicy.fault(password, email);
            if (fault != null) {
                throw body.refused("password", fault);
            }
            return accounts.register(email, password, zone(body))
                    .flatMap(tokens ->
                            Answers.json(ServerResponse.status(201).header("Cache-Control", "no-store"), tokens));
        });
    }

    private Mono<ServerResponse> login(ServerRequest request) {
        return Bodies.object(request)
                .flatMap(body -> accounts.login(
                        body.requiredText("email", EmailAddress.LENGTH_MAX),
                        PasswordPolicy.normalised(body.requiredText("password", PasswordPolicy.UNITS_MAX))))
                .flatMap(AccountRoutes::tokens);
    }

    private Mono<ServerResponse> refresh(ServerRequest request) {
        return refreshToken(request).flatMap(accounts::refresh).flatMap(AccountRoutes::tokens);
    }

    private Mono<ServerResponse> logout(ServerRequest request) {
        return refreshToken(request)
                .flatMap(accounts::logout)
                .then(Mono.defer(() -> ServerResponse.noContent().build()));
    }

    private Mono<ServerResponse> account(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> accounts.find(caller.userId()))
                .switchIfEmpty(Mono.error(() -> ProblemType.NOT_FOUND.because("The account is gone.")))
                .flatMap(Answers::ok);
    }

    private static Mono<String> refreshToken(ServerRequest request) {
        return Bodies.object(request).map(body -> body.requiredText("refresh_token", RefreshTokens.TEXT_LENGTH_MAX));
    }

    private static Mono<ServerResponse> tokens(Accounts.Tokens tokens) {
        return Answers.json(ServerResponse.ok().header("Cache-Control", "no-store"), tokens);
    }

    private static String zone(JsonFields body) {
        String zone = body.text("timezone", ZONE_LENGTH_MAX);
        if (zone == null) {
            return ZONE_ABSENT;
        }
        if (!ZONES.contains(zone)) {
            throw body.refused("timezone", "An IANA time zone is expected, such as Europe/Berlin.");
        }
        return zone;
    }
}
