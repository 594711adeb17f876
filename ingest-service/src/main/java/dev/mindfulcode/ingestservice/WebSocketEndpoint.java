package dev.mindfulcode.ingestservice;

import dev.mindfulcode.identity.Identity;
import dev.mindfulcode.identity.Revocations;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
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

/**
 * {@code GET /ws/ingest?token=…}: lets in who has a valid token or API key, up to a number of connections. Thread-safe.
 */
final class WebSocketEndpoint {

    /** Connections beyond these are refused with {@link ProblemType#OVERLOADED}. */
    static final int CONNECTIONS_MAX = 10_000;

    /** The token has run out: come back with a new one. The same code as the gateway's live updates have. */
    static final CloseStatus TOKEN_EXPIRED = new CloseStatus(4401, "token expired");

    /** The token or API key has been revoked: sign in again. */
    static final CloseStatus REVOKED = new CloseStatus(4401, "revoked");

    private final RequestAuthenticator callers;
    private final Revocations revocations;
    private final UploadWebSocketHandler conversation;
    private final KeystrokesEndpoint http;
    private final IngestLifecycle shutdown;
    private final Clock clock;
    private final Duration lifetimeMax;
    private final AtomicInteger open;

    /** An upgrade of its own: other WebSockets on the same server have other limits. */
    private final WebSocketService upgrade = new HandshakeWebSocketService(new ReactorNettyRequestUpgradeStrategy(
            () -> WebsocketServerSpec.builder().maxFramePayloadLength(UploadLimits.REQUEST_BYTES_MAX)));

    /**
     * @param lifetimeMax of a connection whose credential does not end sooner
     * @param open how many connections there are; counted here, shown elsewhere
     */
    WebSocketEndpoint(
            RequestAuthenticator callers,
            Revocations revocations,
            UploadWebSocketHandler conversation,
            KeystrokesEndpoint http,
            IngestLifecycle shutdown,
            Clock clock,
            Duration lifetimeMax,
            AtomicInteger open) {
        this.callers = callers;
        this.revocations = revocations;
        this.conversation = conversation;
        this.http = http;
        this.shutdown = shutdown;
        this.clock = clock;
        this.lifetimeMax = lifetimeMax;
        this.open = open;
    }

    Mono<ServerResponse> connect(ServerRequest request) {
        try {
            shutdown.rejectIfStopping();
            return caller(request)
                    .flatMap(caller -> upgraded(request, caller))
                    .onErrorResume(UploadException.class, http::problem);
        } catch (UploadException refusal) {
            return http.problem(refusal);
        }
    }

    private Mono<ServerResponse> upgraded(ServerRequest request, Identity caller) {
        if (!"websocket".equalsIgnoreCase(request.headers().firstHeader(HttpHeaders.UPGRADE))) {
            throw new UploadException(ProblemType.UPGRADE_REQUIRED, "Connect with a WebSocket client");
        }
        if (open.get() >= CONNECTIONS_MAX) {
            throw new UploadException(ProblemType.OVERLOADED, "Too many connections are open");
        }
        return upgrade.handleRequest(
                        request.exchange(),
                        session -> Mono.defer(() -> {
                            open.incrementAndGet();
                            return conversation
                                    .run(session, caller, ending(caller))
                                    .doFinally(signal -> open.decrementAndGet());
                        }))
                .then(Mono.empty());
    }

    private Mono<Identity> caller(ServerRequest request) {
        Optional<String> inUrl = request.queryParam("token");
        return inUrl.isPresent()
                ? callers.authenticate(inUrl.get())
                : callers.authenticateHeader(request.headers().firstHeader(HttpHeaders.AUTHORIZATION));
    }

    /** Why the server ends the connection, when it does. */
    private Mono<CloseStatus> ending(Identity caller) {
        return Mono.firstWithSignal(
                expiry(caller), revoked(caller), shutdown.stopping().thenReturn(CloseStatus.GOING_AWAY));
    }

    private Mono<CloseStatus> expiry(Identity caller) {
        Instant now = clock.instant();
        Instant latest = now.plus(lifetimeMax);
        if (latest.isBefore(caller.expiresAt())) {
            return Mono.delay(lifetimeMax).thenReturn(CloseStatus.GOING_AWAY);
        }
        Duration left = Duration.between(now, caller.expiresAt());
        return Mono.delay(left.isNegative() ? Duration.ZERO : left).thenReturn(TOKEN_EXPIRED);
    }

    private Mono<CloseStatus> revoked(Identity caller) {
        UUID grantId = caller.grantId();
        return grantId == null
                ? Mono.never()
                : Mono.create(sink -> {
                    Revocations.Watch watch = revocations.watch(grantId, () -> sink.success(REVOKED));
                    sink.onDispose(watch::close);
                });
    }
}
