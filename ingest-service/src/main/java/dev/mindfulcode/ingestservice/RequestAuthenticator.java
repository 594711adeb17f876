package dev.mindfulcode.ingestservice;

import dev.mindfulcode.identity.CredentialException;
import dev.mindfulcode.identity.CredentialVerifier;
import dev.mindfulcode.identity.Identity;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** Who sends: an access token or an API key, in words of this service's answers. Thread-safe; never blocks. */
final class RequestAuthenticator {

    private static final String BEARER = "Bearer ";

    private final CredentialVerifier credentials;

    RequestAuthenticator(CredentialVerifier credentials) {
        this.credentials = credentials;
    }

    /** Fails with a {@link UploadException} where an Authorization header holds no credential that is believed. */
    Mono<Identity> authenticateHeader(@Nullable String header) {
        if (header == null) {
            return unauthenticated("There is no access token: send Authorization: Bearer <token>");
        }
        if (!header.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return unauthenticated("The Authorization header does not hold a bearer token");
        }
        return authenticate(header.substring(BEARER.length()).strip());
    }

    Mono<Identity> authenticate(String credential) {
        return Mono.fromFuture(credentials.verify(credential), true)
                .onErrorMap(CredentialException.class, RequestAuthenticator::uploadException);
    }

    private static UploadException uploadException(CredentialException e) {
        return switch (e.reason()) {
            case REFUSED -> new UploadException(ProblemType.UNAUTHENTICATED, e.detail());
            case UNAVAILABLE -> new UploadException(ProblemType.UNAVAILABLE, e.detail());
        };
    }

    private static Mono<Identity> unauthenticated(String detail) {
        return Mono.error(new UploadException(ProblemType.UNAUTHENTICATED, detail));
    }
}
