package dev.mindfulcode.apigateway.http;

import dev.mindfulcode.webkit.problems.ProblemType;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpMethod;
import org.springframework.http.HttpStatus;
import org.springframework.http.HttpStatusCode;
import org.springframework.http.ResponseCookie;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.server.ServerWebExchange;
import reactor.core.publisher.Mono;

/** A response that upgrades to a WebSocket, so that WebSockets are endpoints like any other. */
public record WebSocketUpgrade(WebSocketService handshakes, WebSocketHandler handler) implements ServerResponse {

    @Override
    public HttpStatusCode statusCode() {
        return HttpStatus.SWITCHING_PROTOCOLS;
    }

    @Override
    public HttpHeaders headers() {
        return new HttpHeaders();
    }

    @Override
    public MultiValueMap<String, ResponseCookie> cookies() {
        return new LinkedMultiValueMap<>();
    }

    @Override
    public Mono<Void> writeTo(ServerWebExchange exchange, Context context) {
        if (exchange.getRequest().getMethod().equals(HttpMethod.HEAD)) {
            // The response of a GET without an upgrade.
            return Mono.error(ProblemType.INVALID_REQUEST.withDetail(
                    "Send a WebSocket upgrade request (GET with Upgrade: websocket)."));
        }
        return handshakes.handleRequest(exchange, handler);
    }
}
