package dev.mindfulcode.apigateway.accounts;

import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.apigateway.limits.RateLimits;
import dev.mindfulcode.identity.TokenAge;
import dev.mindfulcode.identity.accounts.AccountTable;
import dev.mindfulcode.identity.accounts.StoredPassword;
import dev.mindfulcode.webkit.json.JsonFields;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/**
 * Confirms that a request comes from the owner of an account, not only from a holder of an access token: by the
 * current password or, for an account without one, by a recent sign-in at the OIDC issuer.
 */
public final class Reauthentication {

    public static final String FIELD = "current_password";

    /** The longest time since a sign-in at an OIDC issuer. */
    static final Duration SIGN_IN_AGE_MAX = Duration.ofMinutes(5);

    private static final String BEARER = "Bearer ";

    private final AccountTable accounts;
    private final Passwords passwords;
    private final RateLimits limits;
    private final Clock clock;

    Reauthentication(AccountTable accounts, Passwords passwords, RateLimits limits, Clock clock) {
        this.accounts = accounts;
        this.passwords = passwords;
        this.limits = limits;
        this.clock = clock;
    }

    /**
     * The proof.
     *
     * @param passwordHash which the password matched, and must still be the account's; null without a password
     */
    public record Confirmation(@Nullable String passwordHash) {

        /** Without the hash. */
        @Override
        public String toString() {
            return "Confirmation";
        }
    }

    /** Emits the proof; fails with 400 if the password is missing, 403 if it is wrong, 401 if the sign-in is old. */
    public Mono<Confirmation> confirm(ServerRequest request, Caller caller, JsonFields body) {
        String password = body.text(FIELD, PasswordPolicy.UNITS_MAX);
        return accounts.password(caller.userId())
                .switchIfEmpty(Mono.error(Reauthentication::erased))
                .flatMap(stored -> confirm(request, stored, password));
    }

    private Mono<Confirmation> confirm(ServerRequest request, StoredPassword stored, @Nullable String password) {
        if (stored.hash() == null) {
            return isRecent(request)
                    ? Mono.just(new Confirmation(null))
                    : Mono.error(() ->
                            ProblemType.UNAUTHENTICATED.withDetail("Sign in again: this needs a sign-in of the last "
                                    + SIGN_IN_AGE_MAX.toMinutes() + " minutes."));
        }
        if (password == null) {
            return Mono.error(() -> ProblemType.INVALID_REQUEST.forField(FIELD, "The current password is needed."));
        }
        return passwords
                .confirm(
                        stored.userId(),
                        PasswordPolicy.normalised(password),
                        account -> limits.passwordCheck(request, account))
                .map(confirmed -> new Confirmation(confirmed.hash()));
    }

    private boolean isRecent(ServerRequest request) {
        return Optional.ofNullable(request.headers().firstHeader(HttpHeaders.AUTHORIZATION))
                .filter(header -> header.regionMatches(true, 0, BEARER, 0, BEARER.length()))
                .map(header ->
                        TokenAge.signedInAt(header.substring(BEARER.length()).strip()))
                .filter(at -> !at.isBefore(oldest()))
                .isPresent();
    }

    private Instant oldest() {
        return clock.instant().minus(SIGN_IN_AGE_MAX);
    }

    /** Returns the problem of a password that was replaced while it was being checked. */
    public static ProblemException wrongPassword() {
        return ProblemType.WRONG_PASSWORD.forField(FIELD, "Check it and try again.");
    }

    /** Returns the problem of a credential whose account is gone. */
    public static ProblemException erased() {
        return ProblemType.UNAUTHENTICATED.withDetail("The account is erased.");
    }
}
