package dev.mindfulcode.webkit.problems;

import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpResponse;
import reactor.core.publisher.Mono;

/** Writes problems as responses: status, {@code WWW-Authenticate}, {@code Retry-After} and body. */
public final class ProblemResponses {

    private static final String AUTHENTICATION_SCHEME = "Bearer";

    private ProblemResponses() {}

    /** Writes a problem document. */
    public static Mono<Void> write(ServerHttpResponse response, ProblemException problem) {
        return write(response, problem, MediaType.APPLICATION_PROBLEM_JSON, problem.document());
    }

    /** Writes a problem with a body in the form of another protocol. */
    public static Mono<Void> write(
            ServerHttpResponse response, ProblemException problem, MediaType contentType, byte[] body) {
        response.setStatusCode(HttpStatusCode.valueOf(problem.type().status()));
        HttpHeaders headers = response.getHeaders();
        headers.setContentType(contentType);
        headers.setContentLength(body.length);
        headers.setCacheControl("no-store");
        if (problem.type().status() == 401) {
            headers.set(HttpHeaders.WWW_AUTHENTICATE, AUTHENTICATION_SCHEME);
        }
        if (problem.type() == ProblemType.UNSUPPORTED_MEDIA_TYPE) {
            headers.set(HttpHeaders.ACCEPT_ENCODING, "gzip");
        }
        Integer retryAfterSeconds = problem.retryAfterSeconds();
        if (retryAfterSeconds != null) {
            headers.set(HttpHeaders.RETRY_AFTER, Integer.toString(retryAfterSeconds));
        }
        return response.writeWith(
                Mono.fromSupplier(() -> response.bufferFactory().wrap(body)));
    }
}
