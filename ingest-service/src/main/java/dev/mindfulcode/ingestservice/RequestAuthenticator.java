package dev.mindfulcode.ingestservice;

import dev.mindfulcode.identity.CredentialException;
import dev.mindfulcode.identity.CredentialVerifier;
import dev.mindfulcode.identity.Identity;
import dev.mindfulcode.identity.Scope;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Authenticates senders by access token or API key. Thread-safe; never blocks. */
final class RequestAuthenticator {

    private static final String BEARER = "Bearer ";

    private final CredentialVerifier credentials;

    RequestAuthenticator(CredentialVerifier credentials) {
        this.credentials = credentials;
    }

    /** Fails with a {@link ProblemException} unless the Authorization header holds a valid credential. */
    Mono<Identity> authenticateHeader(@Nullable String header) {
        if (header == null) {
            return unauthenticated("No access token; send Authorization: Bearer <token>");
        }
        if (!header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return unauthenticated(
                    "The Authorization header holds no bearer token; send Authorization: Bearer <token>");
        }
        return authenticate(header.substring(BEARER.length()).strip());
    }

    /** Fails with a {@link ProblemException} unless the credential is valid and may send. */
    Mono<Identity> authenticate(String credential) {
        return Mono.fromFuture(credentials.verify(credential), true)
                .onErrorMap(CredentialException.class, RequestAuthenticator::uploadException)
                .doOnNext(RequestAuthenticator::requireSending);
    }

    /** 401 and not 403, on which senders drop a batch: these send it again once they have another key. */
    private static void requireSending(Identity identity) {
        if (identity.scope() == Scope.READ) {
            throw ProblemType.UNAUTHENTICATED.withDetail(
                    "An API key of the scope read sends nothing; use one of the scope ingest.");
        }
    }

    private static ProblemException uploadException(CredentialException e) {
        return switch (e.reason()) {
            case REFUSED -> ProblemType.UNAUTHENTICATED.withDetail(e.detail());
            case UNAVAILABLE -> UploadProblems.unavailable(e.detail());
        };
    }

    private static Mono<Identity> unauthenticated(String detail) {
        return Mono.error(ProblemType.UNAUTHENTICATED.withDetail(detail));
    }
}
