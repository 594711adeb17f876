package dev.mindfulcode.ingest;

import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.springframework.http.HttpHeaders;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.reactive.socket.server.support.HandshakeWebSocketService;
import org.springframework.web.reactive.socket.server.upgrade.ReactorNettyRequestUpgradeStrategy;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.WebsocketServerSpec;

/** {@code GET /ws/ingest?token=JWT}: lets in who has a valid token, up to a number of connections. Thread-safe. */
final class SocketEndpoint {

    /** Connections beyond these are refused with {@link ProblemType#OVERLOADED}. */
    static final int CONNECTIONS_MAX = 10_000;

    /** The token has run out: come back with a new one. */
    static final CloseStatus TOKEN_EXPIRED = CloseStatus.POLICY_VIOLATION.withReason("token expired");

    private final AccessTokens tokens;
    private final SocketConversation conversation;
    private final KeystrokesEndpoint http;
    private final Shutdown shutdown;
    private final Clock clock;
    private final AtomicInteger open;

    /** An upgrade of its own: other WebSockets on the same server have other limits. */
    private final WebSocketService upgrade = new HandshakeWebSocketService(new ReactorNettyRequestUpgradeStrategy(
            () -> WebsocketServerSpec.builder().maxFramePayloadLength(Limits.REQUEST_BYTES_MAX)));

    /** @param open how many connections there are; counted here, shown elsewhere */
    SocketEndpoint(
            AccessTokens tokens,
            SocketConversation conversation,
            KeystrokesEndpoint http,
            Shutdown shutdown,
            Clock clock,
            AtomicInteger open) {
        this.tokens = tokens;
        this.conversation = conversation;
        this.http = http;
        this.shutdown = shutdown;
        this.clock = clock;
        this.open = open;
    }

    Mono<ServerResponse> connect(ServerRequest request) {
        try {
            shutdown.refuseIfStopping();
            AccessToken token = token(request);
            if (!"websocket".equalsIgnoreCase(request.headers().firstHeader(HttpHeaders.UPGRADE))) {
                throw new Refusal(ProblemType.UPGRADE_REQUIRED, "Connect with a WebSocket client");
            }
            if (open.get() >= CONNECTIONS_MAX) {
                throw new Refusal(ProblemType.OVERLOADED, "Too many connections are open");
            }
            return upgrade.handleRequest(
                            request.exchange(),
                            session -> Mono.defer(() -> {
                                open.incrementAndGet();
                                return conversation
                                        .run(session, token, ending(token))
                                        .doFinally(signal -> open.decrementAndGet());
                            }))
                    .then(Mono.empty());
        } catch (Refusal refusal) {
            return http.refused(refusal);
        }
    }

    private AccessToken token(ServerRequest request) {
        Optional<String> inUrl = request.queryParam("token");
        return inUrl.isPresent()
                ? tokens.verify(inUrl.get())
                : tokens.fromAuthorization(request.headers().firstHeader(HttpHeaders.AUTHORIZATION));
    }

    /** Why the server ends the connection, when it does. */
    private Mono<CloseStatus> ending(AccessToken token) {
        Duration left = Duration.between(clock.instant(), token.expiresAt());
        Mono<CloseStatus> expiry =
                Mono.delay(left.isNegative() ? Duration.ZERO : left).thenReturn(TOKEN_EXPIRED);
        return Mono.firstWithSignal(expiry, shutdown.begins().thenReturn(CloseStatus.GOING_AWAY));
    }
}
