package dev.mindfulcode.apigateway.graphql;

import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.apigateway.http.EventStreams;
import dev.mindfulcode.apigateway.live.LiveConnection;
import dev.mindfulcode.apigateway.live.LiveUpdates;
import dev.mindfulcode.webkit.json.Json;
import dev.mindfulcode.webkit.problems.ProblemException;
import graphql.ExecutionResult;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * GraphQL over server-sent events, one operation per connection: graphql-sse in distinct connections mode.
 */
final class GraphQlSseHandler {

    private static final byte[] COMMENT = ":\n\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] NEXT = "event: next\ndata: ".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] END = "\n\n".getBytes(StandardCharsets.US_ASCII);

    /** Has an empty data field, as an EventSource ignores events without data. */
    private static final byte[] COMPLETE = "event: complete\ndata: \n\n".getBytes(StandardCharsets.US_ASCII);

    private final GraphQlExecutor graph;
    private final LiveUpdates live;

    GraphQlSseHandler(GraphQlExecutor graph, LiveUpdates live) {
        this.graph = graph;
        this.live = live;
    }

    Mono<ServerResponse> open(ServerRequest request, Operation operation, Caller caller) {
        return EventStreams.respond(request, () -> {
            LiveConnection connection = live.connect(caller, request);
            return events(operation, caller, connection)
                    .map(EventStreams::buffer)
                    .doFinally(_ -> connection.close());
        });
    }

    /**
     * Emits results with comments as heartbeats, the first at once, and the reason if the connection must end.
     */
    private Flux<byte[]> events(Operation operation, Caller caller, LiveConnection connection) {
        Flux<byte[]> results = graph.execute(operation, caller, connection)
                .flatMapMany(GraphQlSseHandler::results)
                .concatWith(Mono.just(COMPLETE));
        Flux<byte[]> beats = connection
                .heartbeats()
                .map(_ -> COMMENT)
                .startWith(COMMENT)
                .onErrorResume(
                        ProblemException.class, end -> Flux.just(next(ErrorResults.specification(end)), COMPLETE));
        return Flux.merge(1, beats, results).takeUntil(event -> event == COMPLETE);
    }

    private static Flux<byte[]> results(ExecutionResult result) {
        if (result.getData() instanceof Publisher<?> stream) {
            return Flux.from(stream)
                    .cast(ExecutionResult.class)
                    .map(ErrorResults::specification)
                    .onErrorResume(failure -> Mono.just(Map.of("errors", ErrorResults.failed(failure))))
                    .map(GraphQlSseHandler::next);
        }
        return Flux.just(next(ErrorResults.specification(result)));
    }

    private static byte[] next(Map<String, @Nullable Object> result) {
        byte[] json = Json.bytes(result);
        byte[] event = new byte[NEXT.length + json.length + END.length];
        System.arraycopy(NEXT, 0, event, 0, NEXT.length);
        System.arraycopy(json, 0, event, NEXT.length, json.length);
        System.arraycopy(END, 0, event, NEXT.length + json.length, END.length);
        return event;
    }
}
