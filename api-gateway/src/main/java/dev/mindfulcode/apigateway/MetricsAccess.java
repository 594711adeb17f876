package dev.mindfulcode.apigateway;

import dev.mindfulcode.apigateway.http.OperatorToken;
import java.net.InetSocketAddress;
import org.springframework.http.server.reactive.ServerHttpRequest;
import org.springframework.security.authorization.AuthorizationDecision;
import org.springframework.security.authorization.AuthorizationResult;
import org.springframework.security.core.Authentication;
import org.springframework.security.web.server.authorization.AuthorizationContext;
import reactor.core.publisher.Mono;

/**
 * Access to {@code /metrics}: with the operator's token, or from this machine. Its counters are sums over everybody,
 * and where one person is at work they say what that person does: a colleague who polls them reads how many keys were
 * typed.
 */
final class MetricsAccess {

    /** What a proxy adds; a request with one of these does not come from this machine, whatever its peer is. */
    private static final String[] FORWARDING_HEADERS = {"Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"};

    private MetricsAccess() {}

    static Mono<AuthorizationResult> authorize(Mono<Authentication> authentication, AuthorizationContext context) {
        boolean isLocal = isLocal(context.getExchange().getRequest());
        return authentication
                .map(shown -> isLocal
                        || shown.getAuthorities().stream()
                                .anyMatch(authority -> OperatorToken.OPERATOR.equals(authority.getAuthority())))
                .defaultIfEmpty(isLocal)
                .map(AuthorizationDecision::new);
    }

    private static boolean isLocal(ServerHttpRequest request) {
        for (String header : FORWARDING_HEADERS) {
            if (request.getHeaders().containsHeader(header)) {
                return false;
            }
        }
        InetSocketAddress peer = request.getRemoteAddress();
        return peer != null && peer.getAddress() != null && peer.getAddress().isLoopbackAddress();
    }
}
