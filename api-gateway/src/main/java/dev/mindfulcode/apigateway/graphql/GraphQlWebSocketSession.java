package dev.mindfulcode.apigateway.graphql;

import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.apigateway.http.ProblemExceptionHandler;
import dev.mindfulcode.apigateway.live.LiveConnection;
import dev.mindfulcode.identity.CredentialException;
import dev.mindfulcode.webkit.json.Json;
import dev.mindfulcode.webkit.json.JsonFields;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import graphql.ExecutionResult;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.web.reactive.socket.CloseStatus;
import org.springframework.web.reactive.socket.WebSocketMessage;
import org.springframework.web.reactive.socket.WebSocketSession;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;

/**
 * A GraphQL session over one WebSocket, in a protocol of {@link SocketProtocol}. Handles one message at a time.
 */
final class GraphQlWebSocketSession {

    /** Maximum concurrent operations of a connection. */
    static final int OPERATIONS_MAX = 16;

    /**
     * Maximum messages that are answered concurrently: all operations, the heartbeat, and some short ones.
     */
    static final int CONCURRENT_MESSAGES_MAX = 2 * OPERATIONS_MAX;

    /** Maximum messages per minute, far above regular clients. */
    static final int MESSAGES_PER_MINUTE_MAX = 600;

    private static final long MINUTE_NS = 60_000_000_000L;
    private static final int ID_LENGTH_MAX = 64;
    private static final int TYPE_LENGTH_MAX = 32;
    private static final int TOKEN_LENGTH_MAX = 8_192;
    private static final String BEARER = "Bearer ";

    private static final CloseStatus INVALID = new CloseStatus(4400, "Invalid message");
    private static final CloseStatus UNAUTHORIZED = new CloseStatus(4401, "Unauthorized");

    private static final CloseStatus INIT_TIMEOUT = new CloseStatus(4408, "Connection initialisation timeout");
    private static final CloseStatus ID_IN_USE = new CloseStatus(4409, "Subscriber for the id already exists");
    private static final CloseStatus TOO_MANY_INITS = new CloseStatus(4429, "Too many initialisation requests");
    private static final CloseStatus TOO_MANY_MESSAGES = new CloseStatus(4429, "Too many messages");

    private final GraphQlExecutor graph;
    private final WebSocketSession session;
    private final SocketProtocol protocol;
    private final @Nullable Caller handshakeCaller;
    private final Function<String, Mono<Caller>> callerOfToken;
    private final Function<Caller, LiveConnection> connect;
    private final Runnable onAuthenticated;
    private final Map<String, Sinks.Empty<Void>> operations = new ConcurrentHashMap<>();
    private final Sinks.One<CloseStatus> end = Sinks.one();
    private final AtomicBoolean unauthenticated = new AtomicBoolean(true);
    private boolean initiated;
    private volatile @Nullable Client known;
    private volatile boolean ending;
    private volatile boolean closed;
    private long minuteBeganNs = System.nanoTime();
    private int messagesInMinute;

    /**
     * @param handshakeCaller the caller of the handshake's credential, if it had one
     * @param connect registers the caller as a live client, or fails
     * @param onAuthenticated runs once, when the client is authenticated or has left
     */
    GraphQlWebSocketSession(
            GraphQlExecutor graph,
            WebSocketSession session,
            SocketProtocol protocol,
            @Nullable Caller handshakeCaller,
            Function<String, Mono<Caller>> callerOfToken,
            Function<Caller, LiveConnection> connect,
            Runnable onAuthenticated) {
        this.graph = graph;
        this.session = session;
        this.protocol = protocol;
        this.handshakeCaller = handshakeCaller;
        this.callerOfToken = callerOfToken;
        this.connect = connect;
        this.onAuthenticated = onAuthenticated;
    }

    /** Emits the status to close the connection with. */
    Mono<CloseStatus> end() {
        return end.asMono();
    }

    /** Ends the connection; the transport reports all other faults of frames. */
    void frameTooLong() {
        end(CloseStatus.TOO_BIG_TO_PROCESS);
    }

    void clientLeft() {
        end(CloseStatus.NORMAL);
    }

    void initTimedOut() {
        if (known == null) {
            end(INIT_TIMEOUT);
        }
    }

    void close() {
        closed = true;
        authenticated();
        Client client = known;
        if (client != null) {
            client.connection().close();
        }
    }

    Flux<WebSocketMessage> handle(WebSocketMessage message) {
        if (ending) {
            return Flux.empty();
        }
        if (tooMany()) {
            return end(TOO_MANY_MESSAGES);
        }
        switch (message.getType()) {
            case PING, PONG -> {
                return Flux.empty(); // handled by the transport
            }
            case BINARY -> {
                return end(INVALID);
            }
            case TEXT -> {
                // below
            }
        }
        JsonFields fields = null;
        try {
            fields =
                    Json.object(message.getPayloadAsText(StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8));
            return switch (protocol.command(fields.requiredText("type", TYPE_LENGTH_MAX))) {
                case INIT -> init(fields.object("payload"));
                case PING -> Flux.just(frame(Map.of("type", "pong")));
                case PONG -> Flux.empty();
                case SUBSCRIBE -> subscribe(fields);
                case STOP -> complete(fields.requiredText("id", ID_LENGTH_MAX));
                case TERMINATE -> end(CloseStatus.NORMAL);
                case UNKNOWN -> throw ProblemType.INVALID_REQUEST.forField("type", "Unknown message type.");
            };
        } catch (ProblemException e) {
            return malformed(fields, e);
        }
    }

    /**
     * Handles a malformed message: graphql-transport-ws closes the connection, the legacy protocol returns an error.
     */
    private Flux<WebSocketMessage> malformed(@Nullable JsonFields fields, ProblemException problem) {
        if (protocol == SocketProtocol.TRANSPORT_WS) {
            return end(INVALID);
        }
        String id;
        try {
            id = fields == null ? null : fields.text("id", ID_LENGTH_MAX);
        } catch (ProblemException e) {
            id = null;
        }
        return Flux.just(frame(protocol.error(id, ErrorResults.list(problem))));
    }

    private boolean tooMany() {
        long nowNs = System.nanoTime();
        if (nowNs - minuteBeganNs > MINUTE_NS) {
            minuteBeganNs = nowNs;
            messagesInMinute = 0;
        }
        return ++messagesInMinute > MESSAGES_PER_MINUTE_MAX;
    }

    /** Acknowledges the connection and emits heartbeats. */
    private Flux<WebSocketMessage> init(@Nullable JsonFields payload) {
        if (initiated) {
            return end(TOO_MANY_INITS);
        }
        initiated = true;
        String token = payload == null ? null : token(payload);
        Mono<Caller> caller = token == null ? Mono.justOrEmpty(handshakeCaller) : callerOfToken.apply(token);
        return caller.map(who -> new Client(who, connect.apply(who)))
                .flatMapMany(this::welcome)
                .switchIfEmpty(Flux.defer(() -> refused(protocol.refused())))
                .onErrorResume(failure -> refused(reason(failure)));
    }

    private Flux<WebSocketMessage> refused(CloseStatus status) {
        if (protocol == SocketProtocol.TRANSPORT_WS) {
            return end(status);
        }
        String reason = status.getReason() == null ? "Try again later" : status.getReason();
        return Flux.just(frame(SocketProtocol.message("connection_error", null, Map.of("message", reason))))
                .concatWith(Flux.defer(() -> end(status)));
    }

    private Flux<WebSocketMessage> welcome(Client client) {
        known = client;
        authenticated();
        if (closed) {
            client.connection().close();
            return Flux.empty();
        }
        Flux<WebSocketMessage> beats = protocol == SocketProtocol.LEGACY
                ? client.connection()
                        .heartbeats()
                        .map(_ -> frame(Map.of("type", "ka")))
                        .startWith(frame(Map.of("type", "ka")))
                : client.connection()
                        .heartbeats()
                        .ignoreElements()
                        .cast(WebSocketMessage.class)
                        .flux();
        return Flux.concat(Mono.fromSupplier(() -> frame(Map.of("type", "connection_ack"))), beats);
    }

    private static @Nullable String token(JsonFields payload) {
        String token = payload.text("token", TOKEN_LENGTH_MAX);
        for (String header : new String[] {"Authorization", "authorization"}) {
            String credentials = token == null ? payload.text(header, TOKEN_LENGTH_MAX) : null;
            if (credentials != null && credentials.startsWith(BEARER)) {
                token = credentials.substring(BEARER.length());
            }
        }
        return token;
    }

    private CloseStatus reason(Throwable failure) {
        if (failure instanceof CredentialException refused) {
            return switch (refused.reason()) {
                case REFUSED -> protocol.refused();
                case UNAVAILABLE -> CloseStatus.GOING_AWAY;
            };
        }
        return switch (ProblemExceptionHandler.toProblem(failure).type()) {
            case UNAUTHENTICATED, FORBIDDEN -> protocol.refused();
            case TOO_MANY_CONNECTIONS ->
                CloseStatus.SERVICE_OVERLOAD.withReason(ProblemType.TOO_MANY_CONNECTIONS.title());
            default -> CloseStatus.GOING_AWAY;
        };
    }

    private Flux<WebSocketMessage> subscribe(JsonFields fields) {
        Client client = known;
        if (client == null) {
            return refused(UNAUTHORIZED);
        }
        String id = fields.requiredText("id", ID_LENGTH_MAX);
        Operation operation = Operation.read(fields.required("payload", fields.object("payload")));
        Sinks.Empty<Void> cancelled = Sinks.empty();
        if (operations.size() >= OPERATIONS_MAX && !operations.containsKey(id)) {
            return Flux.just(error(
                    id,
                    ErrorResults.list(ProblemType.TOO_MANY_CONNECTIONS.withDetail(
                            "A connection is limited to " + OPERATIONS_MAX + " operations.")),
                    () -> {}));
        }
        if (protocol == SocketProtocol.LEGACY) {
            complete(id);
        }
        if (operations.putIfAbsent(id, cancelled) != null) {
            return end(ID_IN_USE);
        }
        return graph.execute(operation, client.caller(), client.connection())
                .flatMapMany(result -> answers(id, result, () -> operations.remove(id, cancelled)))
                .takeUntilOther(cancelled.asMono())
                .doFinally(_ -> operations.remove(id, cancelled));
    }

    /** @param over runs before the last message, after which the client may reuse the id */
    private Flux<WebSocketMessage> answers(String id, ExecutionResult result, Runnable over) {
        if (result.getData() instanceof Publisher<?> stream) {
            return Flux.from(stream)
                    .cast(ExecutionResult.class)
                    .map(each -> next(id, ErrorResults.specification(each)))
                    .concatWith(Mono.fromSupplier(() -> completed(id, over)))
                    .onErrorResume(failure -> Mono.fromSupplier(() -> error(id, ErrorResults.failed(failure), over)));
        }
        Map<String, @Nullable Object> answer = ErrorResults.specification(result);
        return answer.containsKey("data")
                ? Flux.just(next(id, answer)).concatWith(Mono.fromSupplier(() -> completed(id, over)))
                : Flux.defer(() -> Flux.just(error(id, ErrorResults.toJson(result.getErrors()), over)));
    }

    private Flux<WebSocketMessage> complete(String id) {
        Sinks.Empty<Void> operation = operations.remove(id);
        if (operation != null) {
            operation.tryEmitEmpty();
        }
        return Flux.empty();
    }

    private WebSocketMessage next(String id, Map<String, @Nullable Object> result) {
        return frame(protocol.next(id, result));
    }

    private WebSocketMessage error(String id, List<Map<String, Object>> errors, Runnable over) {
        over.run();
        return frame(protocol.error(id, errors));
    }

    private WebSocketMessage completed(String id, Runnable over) {
        over.run();
        return frame(SocketProtocol.message("complete", id, null));
    }

    private WebSocketMessage frame(Map<String, Object> message) {
        return new WebSocketMessage(
                WebSocketMessage.Type.TEXT, session.bufferFactory().wrap(Json.bytes(message)));
    }

    private <T> Flux<T> end(CloseStatus status) {
        ending = true;
        end.tryEmitValue(status);
        return Flux.empty();
    }

    private void authenticated() {
        if (unauthenticated.getAndSet(false)) {
            onAuthenticated.run();
        }
    }

    private record Client(Caller caller, LiveConnection connection) {}
}
