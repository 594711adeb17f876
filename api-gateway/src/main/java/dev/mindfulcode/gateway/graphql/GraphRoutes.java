package dev.mindfulcode.gateway.graphql;

import dev.mindfulcode.gateway.http.Bodies;
import dev.mindfulcode.gateway.http.Caller;
import dev.mindfulcode.gateway.http.Json;
import dev.mindfulcode.gateway.http.Parameters;
import dev.mindfulcode.gateway.http.ProblemType;
import dev.mindfulcode.gateway.http.Routes;
import dev.mindfulcode.gateway.sessions.ReadAfter;
import graphql.ExecutionResult;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * {@code /graphql}: GraphQL over HTTP by POST, over server-sent events by POST or GET, over WebSocket by GET. A request that cannot be read,
 * or comes from nobody, is answered with a problem document as everywhere; what is wrong with its document, with GraphQL errors.
 */
final class GraphRoutes {

    private static final MediaType GRAPHQL_RESPONSE = MediaType.parseMediaType("application/graphql-response+json");
    private static final int VARIABLES_LENGTH_MAX = 4_000;

    private final Graph graph;
    private final GraphEvents events;
    private final GraphSocket socket;
    private final ReadAfter readAfter;

    GraphRoutes(Graph graph, GraphEvents events, GraphSocket socket, ReadAfter readAfter) {
        this.graph = graph;
        this.events = events;
        this.socket = socket;
        this.readAfter = readAfter;
    }

    void addTo(Routes routes) {
        routes.post("/graphql", this::post).get("/graphql", this::get);
    }

    private Mono<ServerResponse> post(ServerRequest request) {
        return Caller.of(request).flatMap(caller -> {
            boolean streams = accepts(request, MediaType.TEXT_EVENT_STREAM);
            return Bodies.object(request, Operation.FIELDS)
                    .map(Operation::read)
                    .flatMap(operation -> readAfter
                            .await(request)
                            .then(Mono.defer(() -> streams
                                    ? events.open(request, operation, caller)
                                    : graph.execute(operation, caller, null)
                                            .flatMap(result -> answer(request, result)))));
        });
    }

    private Mono<ServerResponse> get(ServerRequest request) {
        if ("websocket".equalsIgnoreCase(request.headers().firstHeader("Upgrade"))) {
            return socket.open(request);
        }
        return Caller.of(request).flatMap(caller -> {
            if (!accepts(request, MediaType.TEXT_EVENT_STREAM)) {
                throw ProblemType.INVALID_REQUEST.at(
                        "Accept",
                        "Send queries by POST; a GET opens a WebSocket or, with text/event-stream, a stream.");
            }
            Operation operation = operation(request);
            return readAfter.await(request).then(Mono.defer(() -> events.open(request, operation, caller)));
        });
    }

    private static Operation operation(ServerRequest request) {
        String document = Parameters.text(request, "query");
        if (document == null || document.length() > Operation.DOCUMENT_LENGTH_MAX) {
            throw ProblemType.INVALID_REQUEST.at(
                    "query", "A document of 1 to " + Operation.DOCUMENT_LENGTH_MAX + " characters is expected.");
        }
        String variables = Parameters.text(request, "variables");
        if (variables != null && variables.length() > VARIABLES_LENGTH_MAX) {
            throw ProblemType.INVALID_REQUEST.at(
                    "variables", "At most " + VARIABLES_LENGTH_MAX + " characters are expected.");
        }
        return new Operation(
                document,
                Parameters.text(request, "operationName"),
                variables == null
                        ? Map.of()
                        : Json.object(variables.getBytes(StandardCharsets.UTF_8))
                                .members());
    }

    /** 200 whatever the result is, as clients of application/json expect; clients that ask for the newer type get 400 where nothing was executed. */
    private static Mono<ServerResponse> answer(ServerRequest request, ExecutionResult result) {
        Map<String, @Nullable Object> answer = result.getData() instanceof Publisher
                ? Errors.specification(Graph.notStreaming())
                : Errors.specification(result);
        boolean newer = accepts(request, GRAPHQL_RESPONSE);
        return ServerResponse.status(newer && !answer.containsKey("data") ? 400 : 200)
                .contentType(newer ? GRAPHQL_RESPONSE : MediaType.APPLICATION_JSON)
                .header("Cache-Control", "no-store")
                .bodyValue(Json.bytes(answer));
    }

    /** Whether the client names a type; ranges do not count, since each client accepts something of everything. */
    private static boolean accepts(ServerRequest request, MediaType type) {
        try {
            return request.headers().accept().stream().anyMatch(type::equalsTypeAndSubtype);
        } catch (InvalidMediaTypeException e) {
            throw ProblemType.NOT_ACCEPTABLE.at("Accept", "The header cannot be read.");
        }
    }
}
