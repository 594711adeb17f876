package dev.mindfulcode.ingestservice;

import dev.mindfulcode.identity.Identity;
import dev.mindfulcode.identity.Revocations;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
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

/** Handles {@code GET /ws/ingest?token=…}: authenticates and upgrades up to a number of connections. Thread-safe. */
final class WebSocketEndpoint {

    /** Further connections are rejected with {@link ProblemType#OVERLOADED}. */
    static final int CONNECTIONS_MAX = 10_000;

    /** The token has expired; connect again with a new one. Same code as in the gateway's live updates. */
    static final CloseStatus TOKEN_EXPIRED = new CloseStatus(4401, "token expired");

    /** The token or API key has been revoked; sign in again. */
    static final CloseStatus REVOKED = new CloseStatus(4401, "revoked");

    private final RequestAuthenticator authenticator;
    private final Revocations revocations;
    private final UploadWebSocketHandler conversation;
    private final UploadEndpoint http;
    private final IngestLifecycle lifecycle;
    private final Clock clock;
    private final Duration lifetimeMax;
    private final AtomicInteger open;

    /** Own upgrade service, because other WebSockets on the same server have other limits. */
    private final WebSocketService upgrade = new HandshakeWebSocketService(new ReactorNettyRequestUpgradeStrategy(
            () -> WebsocketServerSpec.builder().maxFramePayloadLength(UploadLimits.REQUEST_BYTES_MAX)));

    /**
     * @param lifetimeMax of a connection whose credential does not expire sooner
     * @param open number of open connections, counted here
     */
    WebSocketEndpoint(
            RequestAuthenticator authenticator,
            Revocations revocations,
            UploadWebSocketHandler conversation,
            UploadEndpoint http,
            IngestLifecycle lifecycle,
            Clock clock,
            Duration lifetimeMax,
            AtomicInteger open) {
        this.authenticator = authenticator;
        this.revocations = revocations;
        this.conversation = conversation;
        this.http = http;
        this.lifecycle = lifecycle;
        this.clock = clock;
        this.lifetimeMax = lifetimeMax;
        this.open = open;
    }

    Mono<ServerResponse> connect(ServerRequest request) {
        try {
            lifecycle.rejectIfStopping();
            return caller(request)
                    .flatMap(caller -> upgraded(request, caller))
                    .onErrorResume(ProblemException.class, http::problem);
        } catch (ProblemException problem) {
            return http.problem(problem);
        }
    }

    private Mono<ServerResponse> upgraded(ServerRequest request, Identity caller) {
        if (!"websocket".equalsIgnoreCase(request.headers().firstHeader(HttpHeaders.UPGRADE))) {
            throw ProblemType.UPGRADE_REQUIRED.withDetail("Connect with a WebSocket client");
        }
        if (open.get() >= CONNECTIONS_MAX) {
            throw UploadProblems.overloaded("Too many connections are open");
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
                ? authenticator.authenticate(inUrl.get())
                : authenticator.authenticateHeader(request.headers().firstHeader(HttpHeaders.AUTHORIZATION));
    }

    /** Emits the status when the server is to close the connection. */
    private Mono<CloseStatus> ending(Identity caller) {
        UUID grantId = caller.grantId();
        return Mono.firstWithSignal(
                expiry(caller),
                grantId == null ? Mono.never() : revoked(grantId),
                revoked(caller.userId()),
                lifecycle.stopping().thenReturn(CloseStatus.GOING_AWAY));
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

    private Mono<CloseStatus> revoked(UUID grantOrUser) {
        return Mono.create(sink -> {
            Revocations.Watch watch = revocations.watch(grantOrUser, () -> sink.success(REVOKED));
            sink.onDispose(watch::close);
        });
    }
}
