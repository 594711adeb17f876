package dev.mindfulcode.apigateway.accounts;

import dev.mindfulcode.apigateway.accounts.Accounts.Correction;
import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.apigateway.limits.RateLimits;
import dev.mindfulcode.apigateway.limits.SignInAttempt;
import dev.mindfulcode.flowengine.time.TimeZones;
import dev.mindfulcode.identity.CredentialHash;
import dev.mindfulcode.identity.accounts.Account;
import dev.mindfulcode.identity.tokens.OneTimeLinks;
import dev.mindfulcode.identity.tokens.RefreshTokens;
import dev.mindfulcode.webkit.endpoints.Access;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestBodies;
import dev.mindfulcode.webkit.json.JsonFields;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /api/auth}, {@code /api/account} and the keys that verify access tokens. */
final class AccountRoutes {

    private static final String[] CORRECTABLE_FIELDS = {"email", "name", "timezone", "current_password"};
    private static final int ZONE_LENGTH_MAX = 64;

    private static final int NAME_LENGTH_MAX = 100;

    private static final MediaType JWK_SET = new MediaType("application", "jwk-set+json");
    private static final Duration JWKS_CACHE_DURATION = Duration.ofMinutes(5);

    private final Registration registration;
    private final SignIn signIn;
    private final SessionTokens sessionTokens;
    private final Accounts accounts;
    private final UnaryOperator<String> subjects;
    private final Mono<List<String>> publicKeys;
    private final RateLimits limits;

    /** @param subjects names the account with an address in counters */
    AccountRoutes(
            Registration registration,
            SignIn signIn,
            SessionTokens sessionTokens,
            Accounts accounts,
            UnaryOperator<String> subjects,
            Mono<List<String>> publicKeys,
            RateLimits limits) {
        this.registration = registration;
        this.signIn = signIn;
        this.sessionTokens = sessionTokens;
        this.accounts = accounts;
        this.subjects = subjects;
        this.publicKeys = publicKeys;
        this.limits = limits;
    }

    void addTo(Endpoints endpoints) {
        endpoints
                .add(
                        Endpoint.post("/api/auth/register")
                                .access(Access.PUBLIC)
                                .problems(ProblemType.EMAIL_TAKEN),
                        this::register)
                .add(
                        Endpoint.post("/api/auth/login")
                                .access(Access.PUBLIC)
                                .problems(ProblemType.INVALID_CREDENTIALS),
                        this::login)
                .add(
                        Endpoint.post("/api/auth/refresh")
                                .access(Access.PUBLIC)
                                .problems(ProblemType.INVALID_REFRESH_TOKEN),
                        this::refresh)
                .add(Endpoint.post("/api/auth/logout").access(Access.PUBLIC), this::logout)
                .add(Endpoint.get("/api/account").problems(ProblemType.NOT_FOUND), this::account)
                .add(
                        Endpoint.patch("/api/account")
                                .problems(ProblemType.NOT_FOUND, ProblemType.EMAIL_TAKEN, ProblemType.WRONG_PASSWORD),
                        this::correct)
                .add(
                        Endpoint.post("/api/account/password")
                                .problems(ProblemType.NOT_FOUND, ProblemType.WRONG_PASSWORD),
                        this::changePassword)
                .add(
                        Endpoint.post("/api/auth/link").access(Access.PUBLIC).problems(ProblemType.INVALID_LINK),
                        this::redeemLink)
                .add(
                        Endpoint.post("/api/auth/password")
                                .access(Access.PUBLIC)
                                .problems(ProblemType.INVALID_LINK),
                        this::resetPassword)
                .add(Endpoint.get("/.well-known/jwks.json").access(Access.PUBLIC), this::jwks);
    }

    private Mono<ServerResponse> register(ServerRequest request) {
        return RequestBodies.object(request, "email", "password", "name", "timezone")
                .flatMap(body -> {
                    EmailAddress email = EmailAddress.parse(body.requiredText("email", EmailAddress.LENGTH_MAX));
                    if (email == null) {
                        throw body.invalid("email", "An e-mail address is expected.");
                    }
                    ZoneChoice zone = ZoneChoice.of(body.anyText("timezone"));
                    String password = newPassword(body, "password");
                    String name = body.text("name", NAME_LENGTH_MAX);
                    return limits.register(request, subjects.apply(email.normalised()))
                            .flatMap(attempt -> registration.register(attempt, email, password, name, zone.name()))
                            .flatMap(tokens -> JsonResponses.json(
                                    ServerResponse.status(201).header("Cache-Control", "no-store"),
                                    Registered.of(tokens, zone)));
                });
    }

    private Mono<ServerResponse> login(ServerRequest request) {
        return RequestBodies.object(request, "email", "password")
                .flatMap(body -> {
                    String address = body.requiredText("email", EmailAddress.LENGTH_MAX);
                    String password =
                            PasswordPolicy.normalised(body.requiredText("password", PasswordPolicy.UNITS_MAX));
                    EmailAddress email = EmailAddress.parse(address);
                    return limits.signIn(request, subjects.apply(email == null ? address : email.normalised()))
                            .flatMap(attempt -> signIn.login(attempt, address, password));
                })
                .flatMap(AccountRoutes::tokens);
    }

    private Mono<ServerResponse> refresh(ServerRequest request) {
        return refreshToken(request).flatMap(sessionTokens::refresh).flatMap(AccountRoutes::tokens);
    }

    private Mono<ServerResponse> logout(ServerRequest request) {
        return refreshToken(request)
                .flatMap(sessionTokens::revoke)
                .then(Mono.defer(() -> ServerResponse.noContent().build()));
    }

    private Mono<ServerResponse> account(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> accounts.find(caller.userId()))
                .flatMap(AccountRoutes::personal);
    }

    private Mono<ServerResponse> correct(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> RequestBodies.object(request, CORRECTABLE_FIELDS)
                        .flatMap(body -> accounts.correct(caller.userId(), correction(body), passwordChecks(request))))
                .flatMap(AccountRoutes::personal);
    }

    private static Correction correction(JsonFields body) {
        body.notNull("email", "timezone", "current_password");
        String address = body.text("email", EmailAddress.LENGTH_MAX);
        EmailAddress email = address == null ? null : EmailAddress.parse(address);
        if (address != null && email == null) {
            throw body.invalid("email", "An e-mail address is expected.");
        }
        String current = body.text("current_password", PasswordPolicy.UNITS_MAX);
        return new Correction(
                email,
                body.text("name", NAME_LENGTH_MAX),
                body.isNull("name"),
                zone(body),
                current == null ? null : PasswordPolicy.normalised(current));
    }

    private Mono<ServerResponse> changePassword(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> RequestBodies.object(request, "current_password", "new_password")
                        .flatMap(body -> signIn.changePassword(
                                caller.userId(),
                                PasswordPolicy.normalised(
                                        body.requiredText("current_password", PasswordPolicy.UNITS_MAX)),
                                newPassword(body, "new_password"),
                                passwordChecks(request))))
                .flatMap(AccountRoutes::tokens);
    }

    private Mono<ServerResponse> redeemLink(ServerRequest request) {
        return RequestBodies.object(request, "secret")
                .flatMap(body -> {
                    String secret = body.requiredText("secret", OneTimeLinks.SECRET_LENGTH_MAX);
                    return countLink(request, secret).flatMap(_ -> signIn.redeem(secret));
                })
                .flatMap(AccountRoutes::tokens);
    }

    private Mono<ServerResponse> resetPassword(ServerRequest request) {
        return RequestBodies.object(request, "secret", "new_password")
                .flatMap(body -> {
                    String secret = body.requiredText("secret", OneTimeLinks.SECRET_LENGTH_MAX);
                    String password = newPassword(body, "new_password");
                    return countLink(request, secret)
                            .flatMap(attempt -> signIn.resetPassword(attempt, secret, password));
                })
                .flatMap(AccountRoutes::tokens);
    }

    /** Counts an attempt for its address and its link, not for an account, whose attempts a stranger may use up. */
    private Mono<SignInAttempt> countLink(ServerRequest request, String secret) {
        return limits.signIn(
                request,
                "link/" + HexFormat.of().formatHex(CredentialHash.of(secret).bytes()));
    }

    private PasswordChecks passwordChecks(ServerRequest request) {
        return account -> limits.passwordCheck(request, account);
    }

    private static String newPassword(JsonFields body, String field) {
        String password = PasswordPolicy.normalised(body.requiredText(field, PasswordPolicy.UNITS_MAX));
        String fault = PasswordPolicy.lengthFault(password);
        if (fault != null) {
            throw body.invalid(field, fault);
        }
        return password;
    }

    /** Returns the JWKS (RFC 7517) of the keys that verify access tokens; empty if JWT_SECRET signs them. */
    private Mono<ServerResponse> jwks(ServerRequest request) {
        return publicKeys
                .map(keys -> "{\"keys\":[" + String.join(",", keys) + "]}")
                .flatMap(keys -> ServerResponse.ok()
                        .contentType(JWK_SET)
                        .cacheControl(CacheControl.maxAge(JWKS_CACHE_DURATION).cachePublic())
                        .bodyValue(keys));
    }

    private static Mono<ServerResponse> personal(Account account) {
        return JsonResponses.json(ServerResponse.ok().header("Cache-Control", "no-store"), account);
    }

    private static Mono<String> refreshToken(ServerRequest request) {
        return RequestBodies.object(request, "refresh_token")
                .map(body -> body.requiredText("refresh_token", RefreshTokens.TEXT_LENGTH_MAX));
    }

    private static Mono<ServerResponse> tokens(Tokens tokens) {
        return JsonResponses.json(ServerResponse.ok().header("Cache-Control", "no-store"), tokens);
    }

    private static @Nullable String zone(JsonFields body) {
        String sent = body.text("timezone", ZONE_LENGTH_MAX);
        if (sent == null) {
            return null;
        }
        ZoneId zone = TimeZones.find(sent);
        if (zone == null) {
            throw body.invalid("timezone", "Unknown time zone; an IANA name is expected, such as Europe/Berlin.");
        }
        return zone.getId();
    }

    /**
     * The response to a registration.
     *
     * @param notice null unless the account's time zone differs from the one in the request
     */
    private record Registered(
            UUID userId,
            String accessToken,
            String refreshToken,
            long expiresIn,
            String timezone,
            @Nullable String notice) {

        static Registered of(Tokens tokens, ZoneChoice zone) {
            return new Registered(
                    tokens.userId(),
                    tokens.accessToken(),
                    tokens.refreshToken(),
                    tokens.expiresIn(),
                    zone.name(),
                    zone.notice());
        }

        @Override
        public String toString() {
            return "Registered";
        }
    }
}
