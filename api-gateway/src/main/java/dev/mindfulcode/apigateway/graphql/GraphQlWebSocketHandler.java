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

    /** Sockets that have not said whose they are. */
    static final int STRANGERS_MAX = 1_000;

    private static final int MESSAGE_BYTES_MAX = 64 * 1_024;
    private static final Duration INIT_WAIT_MAX = Duration.ofSeconds(5);

    private final GraphQlExecutor graph;
    private final LiveUpdates live;
    private final Function<String, Mono<Caller>> callerOfToken;
    private final AtomicInteger strangers = new AtomicInteger();
    private final WebSocketService handshakes = new HandshakeWebSocketService(new ReactorNettyRequestUpgradeStrategy(
            () -> WebsocketServerSpec.builder().maxFramePayloadLength(MESSAGE_BYTES_MAX)));

    /** @param callerOfToken whose an access token is; fails where it is none */
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
        if (strangers.incrementAndGet() > STRANGERS_MAX) {
            strangers.decrementAndGet();
            return session.close(CloseStatus.SERVICE_OVERLOAD);
        }
        GraphQlWebSocketSession conversation = new GraphQlWebSocketSession(
                graph,
                session,
                protocol,
                caller,
                callerOfToken,
                known -> live.connect(known, request),
                strangers::decrementAndGet);
        Flux<WebSocketMessage> answers = session.receive()
                .doOnError(_ -> conversation.frameTooLong())
                .onErrorComplete()
                .doOnComplete(conversation::clientLeft)
                .flatMap(conversation::hear, GraphQlWebSocketSession.ANSWERS_MAX, 1);
        Flux<WebSocketMessage> silence = Mono.delay(INIT_WAIT_MAX)
                .doOnNext(_ -> conversation.waitedLongEnough())
                .thenMany(Flux.empty());
        // Sending never ends by itself: that would end the receiving too, or take back the close frame, and the client
        // would see no
        // status.
        return Mono.firstWithSignal(
                        session.send(Flux.merge(1, answers, silence, Flux.never())),
                        conversation.end().flatMap(session::close))
                .onErrorComplete()
                .doFinally(_ -> conversation.close());
    }
}
