package dev.mindfulcode.apigateway.http;

import dev.mindfulcode.identity.Identity;
import dev.mindfulcode.identity.Scope;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.Instant;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/**
 * The user whose credential came with the request.
 *
 * @param expiresAt when the credential, and with it any live connection opened by it, ends
 * @param grantId what ends it sooner when it is revoked, or null
 */
public record Caller(
        UUID userId, Instant expiresAt, @Nullable UUID grantId) {

    /**
     * Fails with 401 where nobody is signed in, even if a route were left open by mistake, and with 403 for an API key.
     */
    public static Mono<Caller> of(ServerRequest request) {
        return identity(request).map(Caller::signedIn);
    }

    /** Like {@link #of}, for what an editor may do that has an API key only. */
    public static Mono<Caller> orApiKey(ServerRequest request) {
        return identity(request).map(Caller::of);
    }

    private static Mono<Identity> identity(ServerRequest request) {
        return request.principal()
                .ofType(CallerAuthentication.class)
                .map(CallerAuthentication::identity)
                .switchIfEmpty(Mono.error(() -> ProblemType.UNAUTHENTICATED.withDetail("Sign in first.")));
    }

    /**
     * The caller that a checked credential stands for, where it came by another way than a request's header.
     *
     * @throws ProblemException for an API key
     */
    public static Caller signedIn(Identity identity) {
        if (identity.scope() != Scope.EVERYTHING) {
            throw ProblemType.FORBIDDEN.withDetail(
                    "An API key sends keystrokes and starts and ends sessions. Sign in for anything else.");
        }
        return of(identity);
    }

    private static Caller of(Identity identity) {
        return new Caller(identity.userId(), identity.expiresAt(), identity.grantId());
    }
}
