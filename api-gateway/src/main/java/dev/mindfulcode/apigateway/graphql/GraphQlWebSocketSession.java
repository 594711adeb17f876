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
 * The conversation with one client in one of the protocols of {@link SocketProtocol}. Handles one message at a time.
 */
final class GraphQlWebSocketSession {

    /** At the same time, on one connection. */
    static final int OPERATIONS_MAX = 16;

    /**
     * What is being answered at the same time: all operations, the heartbeat, and some messages that are answered at
     * once.
     */
    static final int ANSWERS_MAX = 2 * OPERATIONS_MAX;

    /** In a minute; no client that means well comes near it, and each costs us more than it costs the client. */
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
    private final @Nullable Caller ofHandshake;
    private final Function<String, Mono<Caller>> callerOfToken;
    private final Function<Caller, LiveConnection> connect;
    private final Runnable introduced;
    private final Map<String, Sinks.Empty<Void>> operations = new ConcurrentHashMap<>();
    private final Sinks.One<CloseStatus> end = Sinks.one();
    private final AtomicBoolean stranger = new AtomicBoolean(true);
    private boolean initiated;
    private volatile @Nullable Known known;
    private volatile boolean ending;
    private volatile boolean closed;
    private long minuteBeganNs = System.nanoTime();
    private int messagesInMinute;

    /**
     * @param ofHandshake who came with the handshake, if anybody
     * @param connect makes the caller a live client, or refuses
     * @param introduced is run once, when it is known who the client is or when there is none any more
     */
    GraphQlWebSocketSession(
            GraphQlExecutor graph,
            WebSocketSession session,
            SocketProtocol protocol,
            @Nullable Caller ofHandshake,
            Function<String, Mono<Caller>> callerOfToken,
            Function<Caller, LiveConnection> connect,
            Runnable introduced) {
        this.graph = graph;
        this.session = session;
        this.protocol = protocol;
        this.ofHandshake = ofHandshake;
        this.callerOfToken = callerOfToken;
        this.connect = connect;
        this.introduced = introduced;
    }

    /** Emits once the connection is to be closed, and how. */
    Mono<CloseStatus> end() {
        return end.asMono();
    }

    /** What else can be wrong with a frame the transport has answered by itself. */
    void frameTooLong() {
        end(CloseStatus.TOO_BIG_TO_PROCESS);
    }

    void clientLeft() {
        end(CloseStatus.NORMAL);
    }

    void waitedLongEnough() {
        if (known == null) {
            end(INIT_TIMEOUT);
        }
    }

    void close() {
        closed = true;
        noStranger();
        Known client = known;
        if (client != null) {
            client.connection().close();
        }
    }

    Flux<WebSocketMessage> hear(WebSocketMessage message) {
        if (ending) {
            return Flux.empty();
        }
        if (tooMany()) {
            return end(TOO_MANY_MESSAGES);
        }
        switch (message.getType()) {
            case PING, PONG -> {
                return Flux.empty(); // answered by the transport, or answers to its own
            }
            case BINARY -> {
                return end(INVALID);
            }
            case TEXT -> {
                // below
            }
        }
        JsonFields said = null;
        try {
            said = Json.object(message.getPayloadAsText(StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8));
            return switch (protocol.command(said.requiredText("type", TYPE_LENGTH_MAX))) {
                case INIT -> init(said.object("payload"));
                case PING -> Flux.just(frame(Map.of("type", "pong")));
                case PONG -> Flux.empty();
                case SUBSCRIBE -> subscribe(said);
                case STOP -> complete(said.requiredText("id", ID_LENGTH_MAX));
                case TERMINATE -> end(CloseStatus.NORMAL);
                case UNKNOWN -> throw ProblemType.INVALID_REQUEST.forField("type", "No such message.");
            };
        } catch (ProblemException e) {
            return malformed(said, e);
        }
    }

    /**
     * A malformed message closes a connection of graphql-transport-ws; the legacy protocol answers it with an error.
     */
    private Flux<WebSocketMessage> malformed(@Nullable JsonFields said, ProblemException problem) {
        if (protocol == SocketProtocol.TRANSPORT_WS) {
            return end(INVALID);
        }
        String id;
        try {
            id = said == null ? null : said.text("id", ID_LENGTH_MAX);
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

    /** Acknowledges, and from then on beats as long as the connection may last. */
    private Flux<WebSocketMessage> init(@Nullable JsonFields payload) {
        if (initiated) {
            return end(TOO_MANY_INITS);
        }
        initiated = true;
        String token = payload == null ? null : token(payload);
        Mono<Caller> caller = token == null ? Mono.justOrEmpty(ofHandshake) : callerOfToken.apply(token);
        return caller.map(who -> new Known(who, connect.apply(who)))
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

    private Flux<WebSocketMessage> welcome(Known client) {
        known = client;
        noStranger();
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

    private Flux<WebSocketMessage> subscribe(JsonFields said) {
        Known client = known;
        if (client == null) {
            return refused(UNAUTHORIZED);
        }
        String id = said.requiredText("id", ID_LENGTH_MAX);
        Operation operation = Operation.read(said.required("payload", said.object("payload")));
        Sinks.Empty<Void> cancelled = Sinks.empty();
        if (operations.size() >= OPERATIONS_MAX && !operations.containsKey(id)) {
            return Flux.just(error(
                    id,
                    ErrorResults.list(ProblemType.TOO_MANY_CONNECTIONS.withDetail(
                            "A connection can have " + OPERATIONS_MAX + " operations.")),
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

    /** @param over is run before the last message, after which the client may use the id again */
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

    private void noStranger() {
        if (stranger.getAndSet(false)) {
            introduced.run();
        }
    }

    private record Known(Caller caller, LiveConnection connection) {}
}
