package dev.mindfulcode.apigateway.accounts;

import dev.mindfulcode.identity.AccessTokenFormat;
import dev.mindfulcode.identity.tokens.AccessTokenIssuer;
import dev.mindfulcode.identity.tokens.RefreshTokens;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.UUID;
import reactor.core.publisher.Mono;

/** Pairs of access and refresh tokens. Thread-safe. */
final class SessionTokens {

    private final AccessTokenIssuer accessTokens;
    private final RefreshTokens refreshTokens;

    SessionTokens(AccessTokenIssuer accessTokens, RefreshTokens refreshTokens) {
        this.accessTokens = accessTokens;
        this.refreshTokens = refreshTokens;
    }

    /** Starts a family of refresh tokens, in the caller's transaction. */
    Mono<Tokens> issue(UUID userId) {
        return refreshTokens.startFamily(userId).map(this::pair);
    }

    /** Replaces a refresh token; fails with 401 if it is not valid. */
    Mono<Tokens> refresh(String refreshToken) {
        return refreshTokens
                .rotate(refreshToken)
                .switchIfEmpty(Mono.error(() -> ProblemType.INVALID_REFRESH_TOKEN.withDetail("Sign in again.")))
                .map(this::pair);
    }

    /** Revokes the family of a refresh token; does nothing for an unknown token. */
    Mono<Void> revoke(String refreshToken) {
        return refreshTokens.revoke(refreshToken);
    }

    private Tokens pair(RefreshTokens.IssuedToken issued) {
        return new Tokens(
                issued.userId(),
                accessTokens.issue(issued.userId(), issued.familyId()),
                issued.token(),
                AccessTokenFormat.LIFETIME.toSeconds());
    }
}
