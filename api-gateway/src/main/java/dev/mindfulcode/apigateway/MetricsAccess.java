package dev.mindfulcode.apigateway;

import java.net.InetSocketAddress;
import org.springframework.http.server.reactive.ServerHttpRequest;

/**
 * Access to {@code /metrics} without a token, from this machine only: the counters are sums over all users, and while
 * one person is at work they reveal what that person does.
 */
final class MetricsAccess {

    /** Set by proxies: a request with one of these comes from another machine, even if its peer is local. */
    private static final String[] FORWARDING_HEADERS = {"Forwarded", "X-Forwarded-For", "X-Real-IP", "Via"};

    private MetricsAccess() {}

    static boolean isLocal(ServerHttpRequest request) {
        for (String header : FORWARDING_HEADERS) {
            if (request.getHeaders().containsHeader(header)) {
                return false;
            }
        }
        InetSocketAddress peer = request.getRemoteAddress();
        return peer != null && peer.getAddress() != null && peer.getAddress().isLoopbackAddress();
    }
}
