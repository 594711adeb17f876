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
 * @param expiresAt of the credential and of live connections opened with it
 * @param grantId the grant whose revocation ends the credential sooner, or null
 */
public record Caller(
        UUID userId, Instant expiresAt, @Nullable UUID grantId) {

    /**
     * Emits the signed-in user. Fails with 401 without a credential, even if the endpoint was declared public by
     * mistake, and with 403 for an API key.
     */
    public static Mono<Caller> of(ServerRequest request) {
        return identity(request).map(Caller::signedIn);
    }

    /** Like {@link #of}, also for the user of an API key. */
    public static Mono<Caller> orApiKey(ServerRequest request) {
        return identity(request).map(Caller::of);
    }

    private static Mono<Identity> identity(ServerRequest request) {
        return request.principal()
                .ofType(CallerAuthentication.class)
                .map(CallerAuthentication::identity)
                .switchIfEmpty(Mono.error(
                        () -> ProblemType.UNAUTHENTICATED.withDetail("Sign in, or refresh the access token.")));
    }

    /**
     * Returns the caller of a verified credential that did not come in a request's header.
     *
     * @throws ProblemException for an API key
     */
    public static Caller signedIn(Identity identity) {
        if (identity.scope() != Scope.EVERYTHING) {
            throw ProblemType.FORBIDDEN.withDetail(
                    "An API key sends keystrokes and sessions, or reads flow and sessions; sign in for anything else.");
        }
        return of(identity);
    }

    private static Caller of(Identity identity) {
        return new Caller(identity.userId(), identity.expiresAt(), identity.grantId());
    }
}
