package dev.mindfulcode.apigateway.plugins;

import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.apigateway.http.CredentialExpiry;
import dev.mindfulcode.apigateway.http.EventStreams;
import dev.mindfulcode.webkit.endpoints.RequestParameters;
import dev.mindfulcode.webkit.json.Json;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import dev.mindfulcode.webkit.transport.ConnectionLimits;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.springframework.core.io.buffer.DataBuffer;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Streams a run as server-sent events, at each change, until it is over or the caller loses access. */
final class RunProgress {

    private static final Duration POLL_INTERVAL = Duration.ofMillis(500);
    private static final int STREAMS_MAX = 200;

    private final Runs runs;
    private final CredentialExpiry ends;
    private final ConnectionLimits rules;
    private final Semaphore streams = new Semaphore(STREAMS_MAX);

    RunProgress(Runs runs, CredentialExpiry ends, ConnectionLimits rules) {
        this.runs = runs;
        this.ends = ends;
        this.rules = rules;
    }

    Mono<ServerResponse> open(ServerRequest request) {
        return Caller.of(request).flatMap(caller -> {
            UUID runId = RequestParameters.pathId(request, "id");
            return runs.find(caller.userId(), runId).flatMap(run -> {
                if (streams.availablePermits() == 0) {
                    throw ProblemType.TOO_MANY_CONNECTIONS.withDetail(
                            "Too many clients watch runs. Poll the run instead.");
                }
                return EventStreams.respond(
                        request,
                        () -> Flux.defer(() -> streams.tryAcquire()
                                ? events(caller, runId).doFinally(_ -> streams.release())
                                : Flux.empty()));
            });
        });
    }

    private Flux<DataBuffer> events(Caller caller, UUID runId) {
        return EventStreams.withKeepAlive(changes(caller.userId(), runId).map(RunProgress::event), rules)
                .takeUntilOther(ends.of(caller));
    }

    private Flux<Runs.Run> changes(UUID userId, UUID runId) {
        return Flux.interval(Duration.ZERO, POLL_INTERVAL)
                .onBackpressureDrop()
                .concatMap(_ -> runs.find(userId, runId), 1)
                .distinctUntilChanged()
                .takeUntil(Runs.Run::isOver)
                .onErrorComplete(ProblemException.class);
    }

    private static DataBuffer event(Runs.Run run) {
        return EventStreams.buffer(("event:run\ndata:" + new String(Json.bytes(run), StandardCharsets.UTF_8) + "\n\n")
                .getBytes(StandardCharsets.UTF_8));
    }
}
