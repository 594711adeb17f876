package dev.mindfulcode.apigateway.graphql;

import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.apigateway.http.WebSocketUpgrade;
import dev.mindfulcode.apigateway.live.LiveUpdates;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.WebSocketHandler;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.WebSocketSession;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.reactive.socket.server.support.HandshakeWebSocketService;
import org.springframework.web.reactive.socket.server.upgrade.ReactorNettyRequestUpgradeStrategy;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.WebsocketServerSpec;

/**
 * GraphQL over WebSocket, in the protocols of {@link SocketProtocol}. The access token comes in the payload of {@code
 * connection_init}, or with the handshake.
 */
final class GraphQlWebSocketHandler {

    /** Maximum number of connections without credentials. */
    static final int UNAUTHENTICATED_MAX = 1_000;

    private static final int MESSAGE_BYTES_MAX = 64 * 1_024;
    private static final Duration INIT_TIMEOUT = Duration.ofSeconds(5);

    private final GraphQlExecutor graph;
    private final LiveUpdates live;
    private final Function<String, Mono<Caller>> callerOfToken;
    private final AtomicInteger unauthenticated = new AtomicInteger();
    private final WebSocketService handshakes = new HandshakeWebSocketService(new ReactorNettyRequestUpgradeStrategy(
            () -> WebsocketServerSpec.builder().maxFramePayloadLength(MESSAGE_BYTES_MAX)));

    /** @param callerOfToken returns the caller of an access token, or fails */
    GraphQlWebSocketHandler(GraphQlExecutor graph, LiveUpdates live, Function<String, Mono<Caller>> callerOfToken) {
        this.graph = graph;
        this.live = live;
        this.callerOfToken = callerOfToken;
    }

    Mono<ServerResponse> open(ServerRequest request) {
        return request.principal()
                .flatMap(_ -> Caller.of(request))
                .map(caller -> upgrade(request, caller))
                .switchIfEmpty(Mono.fromSupplier(() -> upgrade(request, null)));
    }

    private ServerResponse upgrade(ServerRequest request, @Nullable Caller caller) {
        return new WebSocketUpgrade(handshakes, new WebSocketHandler() {
            @Override
            public List<String> getSubProtocols() {
                return SocketProtocol.NAMES;
            }

            @Override
            public Mono<Void> handle(WebSocketSession session) {
                return serve(session, request, caller);
            }
        });
    }

    private Mono<Void> serve(WebSocketSession session, ServerRequest request, @Nullable Caller caller) {
        SocketProtocol protocol =
                SocketProtocol.named(session.getHandshakeInfo().getSubProtocol());
        if (protocol == null) {
            return session.close(new CloseStatus(4406, "Subprotocol not acceptable"));
        }
        if (unauthenticated.incrementAndGet() > UNAUTHENTICATED_MAX) {
            unauthenticated.decrementAndGet();
            return session.close(CloseStatus.SERVICE_OVERLOAD);
        }
        GraphQlWebSocketSession client = new GraphQlWebSocketSession(
                graph,
                session,
                protocol,
                caller,
                callerOfToken,
                authenticated -> live.connect(authenticated, request),
                unauthenticated::decrementAndGet);
        Flux<WebSocketMessage> answers = session.receive()
                .doOnError(_ -> client.frameTooLong())
                .onErrorComplete()
                .doOnComplete(client::clientLeft)
                .flatMap(client::handle, GraphQlWebSocketSession.CONCURRENT_MESSAGES_MAX, 1);
        Flux<WebSocketMessage> initTimeout =
                Mono.delay(INIT_TIMEOUT).doOnNext(_ -> client.initTimedOut()).thenMany(Flux.empty());
        // The outbound stream must not complete: that would cancel receiving or the close frame with its status.
        return Mono.firstWithSignal(
                        session.send(Flux.merge(1, answers, initTimeout, Flux.never())),
                        client.end().flatMap(session::close))
                .onErrorComplete()
                .doFinally(_ -> client.close());
    }
}
