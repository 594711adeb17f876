package dev.mindfulcode.gateway.plugins;

import dev.mindfulcode.gateway.http.Caller;
import dev.mindfulcode.gateway.http.CallerEnds;
import dev.mindfulcode.gateway.http.Json;
import dev.mindfulcode.gateway.http.Parameters;
import dev.mindfulcode.gateway.http.ProblemException;
import dev.mindfulcode.gateway.http.ProblemType;
import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import org.springframework.http.MediaType;
import org.springframework.http.codec.ServerSentEvent;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A run as server-sent events: as it is, and again whenever it has changed, until it is over or nobody may see it any more. */
final class RunProgress {

    private static final Duration LOOKED_AT_EVERY = Duration.ofMillis(500);
    private static final Duration HEARTBEAT_EVERY = Duration.ofSeconds(15);
    private static final int STREAMS_MAX = 200;
    private static final ServerSentEvent<String> HEARTBEAT =
            ServerSentEvent.<String>builder().comment("").build();
    private static final ServerSentEvent<String> END =
            ServerSentEvent.<String>builder().comment("end").build();

    private final Runs runs;
    private final CallerEnds ends;
    private final Semaphore streams = new Semaphore(STREAMS_MAX);

    RunProgress(Runs runs, CallerEnds ends) {
        this.runs = runs;
        this.ends = ends;
    }

    Mono<ServerResponse> open(ServerRequest request) {
        return Caller.of(request).flatMap(caller -> {
            UUID runId = Parameters.pathId(request, "id");
            return runs.find(caller.userId(), runId).flatMap(run -> {
                if (streams.availablePermits() == 0) {
                    throw ProblemType.TOO_MANY_CONNECTIONS.because("Too many watch runs. Ask for the run instead.");
                }
                Flux<ServerSentEvent<String>> events = Flux.defer(() ->
                        streams.tryAcquire() ? events(caller, runId).doFinally(_ -> streams.release()) : Flux.empty());
                return ServerResponse.ok()
                        .contentType(MediaType.TEXT_EVENT_STREAM)
                        .header("Cache-Control", "no-store")
                        .header("X-Accel-Buffering", "no")
                        .body(events, ServerSentEvent.class);
            });
        });
    }

    private Flux<ServerSentEvent<String>> events(Caller caller, UUID runId) {
        return Flux.merge(
                        Flux.interval(Duration.ZERO, HEARTBEAT_EVERY).map(_ -> HEARTBEAT),
                        changes(caller.userId(), runId).map(RunProgress::event).concatWith(Mono.just(END)))
                .takeWhile(event -> event != END)
                .takeUntilOther(ends.of(caller));
    }

    private Flux<Runs.Run> changes(UUID userId, UUID runId) {
        return Flux.interval(Duration.ZERO, LOOKED_AT_EVERY)
                .onBackpressureDrop()
                .concatMap(_ -> runs.find(userId, runId), 1)
                .distinctUntilChanged()
                .takeUntil(Runs.Run::isOver)
                .onErrorComplete(ProblemException.class);
    }

    private static ServerSentEvent<String> event(Runs.Run run) {
        return ServerSentEvent.<String>builder()
                .event("run")
                .data(new String(Json.bytes(run), java.nio.charset.StandardCharsets.UTF_8))
                .build();
    }
}
