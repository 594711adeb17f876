package dev.mindfulcode.apigateway.live;

import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.apigateway.http.CredentialExpiry;
import dev.mindfulcode.apigateway.http.WebSocketUpgrade;
import dev.mindfulcode.webkit.json.Json;
import dev.mindfulcode.webkit.problems.ProblemException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.concurrent.atomic.AtomicBoolean;
import org.springframework.core.io.buffer.DataBufferFactory;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.WebSocketSession;
import org.springframework.web.reactive.socket.server.WebSocketService;
import org.springframework.web.reactive.socket.server.support.HandshakeWebSocketService;
import org.springframework.web.reactive.socket.server.upgrade.ReactorNettyRequestUpgradeStrategy;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.http.server.WebsocketServerSpec;

/** {@code /ws}: the caller's live messages, and {@code pong} for {@code ping}. Ends when the access token expires. */
final class LiveWebSocket {

    /** More than {@code {"type": "ping"}} needs. */
    private static final int MESSAGE_BYTES_MAX = 1_024;

    /** Application close code for 401. */
    static final CloseStatus TOKEN_EXPIRED = new CloseStatus(4401, "token expired");

    private static final String PING = "ping";

    private final LiveHub hub;
    private final CredentialExpiry ends;
    private final Clock clock;

    /** Not Spring's shared service, which has other limits. */
    private final WebSocketService handshakes = new HandshakeWebSocketService(new ReactorNettyRequestUpgradeStrategy(
            () -> WebsocketServerSpec.builder().maxFramePayloadLength(MESSAGE_BYTES_MAX)));

    LiveWebSocket(LiveHub hub, CredentialExpiry ends, Clock clock) {
        this.hub = hub;
        this.ends = ends;
        this.clock = clock;
    }

    Mono<ServerResponse> open(ServerRequest request) {
        Resume from = Resume.of(request);
        return Caller.of(request)
                .map(caller -> new WebSocketUpgrade(
                        handshakes,
                        session -> serve(
                                session,
                                caller,
                                from,
                                new ConnectionCloser(request.exchange().getRequest()))));
    }

    private Mono<Void> serve(WebSocketSession session, Caller caller, Resume from, ConnectionCloser cut) {
        Subscription subscription;
        try {
            subscription = hub.open(caller.userId(), from, cut);
        } catch (ProblemException e) {
            return session.close(
                    CloseStatus.SERVICE_OVERLOAD.withReason(e.type().title()));
        }
        ConflatingQueue mailbox = subscription.queue();
        AtomicBoolean over = new AtomicBoolean();
        Mono<Void> expiry = ends.of(caller)
                .doOnNext(_ -> {
                    over.set(true);
                    mailbox.end(LiveMessages.TOKEN_EXPIRED);
                })
                .then(Mono.never());
        // The transport sends pings; the heartbeat in the queue only detects clients that do not read.
        Flux<WebSocketMessage> messages =
                mailbox.messages().filter(message -> !message.isHeartbeat()).map(message -> frame(session, message));
        Mono<Void> sending = session.send(messages)
                .then(Mono.defer(() -> session.close(over.get() ? TOKEN_EXPIRED : CloseStatus.GOING_AWAY)));
        Mono<Void> receiving = session.receive()
                .doOnNext(message -> answer(message, mailbox))
                .onErrorComplete()
                .then();
        return Mono.firstWithSignal(sending, receiving, expiry)
                .onErrorComplete()
                .doFinally(_ -> hub.close(subscription));
    }

    private void answer(WebSocketMessage message, ConflatingQueue mailbox) {
        switch (message.getType()) {
            case TEXT ->
                mailbox.put(isPing(message) ? LiveMessages.pong(clock.millis()) : LiveMessages.UNSUPPORTED_MESSAGE);
            case BINARY -> mailbox.put(LiveMessages.UNSUPPORTED_MESSAGE);
            case PING, PONG -> {
                // Handled by the transport.
            }
        }
    }

    private static boolean isPing(WebSocketMessage message) {
        String text = message.getPayloadAsText(StandardCharsets.UTF_8);
        if (text.equals(PING)) {
            return true;
        }
        try {
            return PING.equals(
                    Json.object(text.getBytes(StandardCharsets.UTF_8)).text("type", 32));
        } catch (ProblemException e) {
            return false;
        }
    }

    private static WebSocketMessage frame(WebSocketSession session, LiveMessage message) {
        DataBufferFactory buffers = session.bufferFactory();
        return new WebSocketMessage(WebSocketMessage.Type.TEXT, buffers.wrap(message.json()));
    }
}
