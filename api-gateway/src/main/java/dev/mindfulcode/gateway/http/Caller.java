package dev.mindfulcode.gateway.http;

import java.time.Instant;
import java.util.UUID;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.security.oauth2.server.resource.authentication.JwtAuthenticationToken;
import org.springframework.web.reactive.function.server.ServerRequest;
import reactor.core.publisher.Mono;

/**
 * The user whose access token came with the request.
 *
 * @param expiresAt when the token, and with it any live connection opened by it, ends
 */
public record Caller(UUID userId, Instant expiresAt) {

    /** Fails with 401 where nobody is signed in, even if a route were left open by mistake. */
    public static Mono<Caller> of(ServerRequest request) {
        return request.principal()
                .ofType(JwtAuthenticationToken.class)
                .map(authentication -> of(authentication.getToken()))
                .switchIfEmpty(Mono.error(() -> ProblemType.UNAUTHENTICATED.because("Sign in first.")));
    }

    private static Caller of(Jwt token) {
        String subject = token.getSubject();
        UUID userId = subject == null ? null : Uuids.parse(subject);
        Instant expiresAt = token.getExpiresAt();
        if (userId == null || expiresAt == null) {
            throw ProblemType.UNAUTHENTICATED.because("The token names no user.");
        }
        return new Caller(userId, expiresAt);
    }
}
