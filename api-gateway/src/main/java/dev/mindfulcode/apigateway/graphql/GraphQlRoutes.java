package dev.mindfulcode.apigateway.graphql;

import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.apigateway.http.GraphQlErrors;
import dev.mindfulcode.webkit.endpoints.Access;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoint.Feature;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.RequestBodies;
import dev.mindfulcode.webkit.endpoints.RequestParameters;
import dev.mindfulcode.webkit.json.Json;
import dev.mindfulcode.webkit.json.JsonFields;
import dev.mindfulcode.webkit.problems.ProblemType;
import graphql.ExecutionResult;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * {@code /graphql}: GraphQL over HTTP and over server-sent events by POST or GET, over WebSocket by GET. Errors of
 * GraphQL requests have the form of {@link GraphQlErrors}; other errors are problem documents.
 */
final class GraphQlRoutes {

    private static final Map<String, @Nullable Object> PERSISTED_QUERY_NOT_SUPPORTED = Map.of(
            "errors",
            List.of(Map.of(
                    "message",
                    "PersistedQueryNotSupported",
                    "extensions",
                    Map.of("code", "PERSISTED_QUERY_NOT_SUPPORTED"))));
    private static final int VARIABLES_LENGTH_MAX = 4_000;

    private final GraphQlExecutor graph;
    private final GraphQlSseHandler events;
    private final GraphQlWebSocketHandler socket;

    GraphQlRoutes(GraphQlExecutor graph, GraphQlSseHandler events, GraphQlWebSocketHandler socket) {
        this.graph = graph;
        this.events = events;
        this.socket = socket;
    }

    void addTo(Endpoints endpoints) {
        endpoints
                .add(
                        Endpoint.post("/graphql")
                                .readAfter()
                                .problems(ProblemType.NOT_ACCEPTABLE, ProblemType.TOO_MANY_CONNECTIONS),
                        this::post)
                .add(
                        Endpoint.get("/graphql")
                                .access(Access.USER_CHECKED_BY_HANDLER)
                                .readAfter()
                                .with(Feature.TICKET_PARAMETER)
                                .with(Feature.TOKEN_PARAMETER)
                                .problems(
                                        ProblemType.NOT_ACCEPTABLE,
                                        ProblemType.TOO_MANY_CONNECTIONS,
                                        ProblemType.MALFORMED_BODY),
                        this::get);
    }

    private Mono<ServerResponse> post(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> RequestBodies.object(request, Operation.FIELDS)
                        .flatMap(body -> isPersistedQuery(body)
                                ? json(request, 200, PERSISTED_QUERY_NOT_SUPPORTED)
                                : answer(request, Operation.read(body), caller)));
    }

    private Mono<ServerResponse> get(ServerRequest request) {
        if ("websocket".equalsIgnoreCase(request.headers().firstHeader("Upgrade"))) {
            return socket.open(request);
        }
        return Caller.of(request).flatMap(caller -> {
            if (!accepts(request, MediaType.TEXT_EVENT_STREAM)
                    && request.queryParam("query").isEmpty()) {
                throw ProblemType.INVALID_REQUEST.forField(
                        "query", "A GET request requires this parameter, or a WebSocket upgrade.");
            }
            return answer(request, operation(request), caller);
        });
    }

    private Mono<ServerResponse> answer(ServerRequest request, Operation operation, Caller caller) {
        return isStream(request, operation)
                ? events.open(request, operation, caller)
                : graph.execute(operation, caller, null).flatMap(result -> answer(request, result));
    }

    /** Clients that also accept JSON receive a stream for subscriptions only. */
    private static boolean isStream(ServerRequest request, Operation operation) {
        return accepts(request, MediaType.TEXT_EVENT_STREAM)
                && (operation.isSubscription()
                        || !(accepts(request, GraphQlErrors.RESPONSE) || accepts(request, MediaType.APPLICATION_JSON)));
    }

    /** Whether the request has a hash instead of a document; Apollo Client then retries with the document. */
    private static boolean isPersistedQuery(JsonFields body) {
        return !body.isText("query") && body.members("extensions").containsKey("persistedQuery");
    }

    private static Operation operation(ServerRequest request) {
        String document = RequestParameters.text(request, "query");
        if (document == null || document.length() > Operation.DOCUMENT_LENGTH_MAX) {
            throw ProblemType.INVALID_REQUEST.forField(
                    "query", "Must be a document of 1 to " + Operation.DOCUMENT_LENGTH_MAX + " characters.");
        }
        String variables = RequestParameters.text(request, "variables");
        if (variables != null && variables.length() > VARIABLES_LENGTH_MAX) {
            throw ProblemType.INVALID_REQUEST.forField(
                    "variables", "At most " + VARIABLES_LENGTH_MAX + " characters are expected.");
        }
        return new Operation(
                document,
                RequestParameters.text(request, "operationName"),
                variables == null
                        ? Map.of()
                        : Json.object(variables.getBytes(StandardCharsets.UTF_8))
                                .members());
    }

    /** Responds with 200 for application/json; the newer media type has the status of the error. */
    private static Mono<ServerResponse> answer(ServerRequest request, ExecutionResult result) {
        boolean isNewer = accepts(request, GraphQlErrors.RESPONSE);
        if (result.getData() instanceof Publisher) {
            var refusal = GraphQlExecutor.notStreaming();
            return json(request, isNewer ? refusal.type().status() : 200, ErrorResults.specification(refusal));
        }
        Map<String, @Nullable Object> answer = ErrorResults.specification(result);
        return json(request, isNewer && !answer.containsKey("data") ? ErrorResults.status(result) : 200, answer);
    }

    private static Mono<ServerResponse> json(ServerRequest request, int status, Map<String, @Nullable Object> answer) {
        return ServerResponse.status(status)
                .contentType(GraphQlErrors.typeFor(request.exchange().getRequest()))
                .header("Cache-Control", "no-store")
                .bodyValue(Json.bytes(answer));
    }

    private static boolean accepts(ServerRequest request, MediaType type) {
        try {
            request.headers().accept();
        } catch (InvalidMediaTypeException e) {
            throw ProblemType.NOT_ACCEPTABLE.forField("Accept", "Malformed header.");
        }
        return GraphQlErrors.accepts(request.exchange().getRequest(), type);
    }
}
