package dev.mindfulcode.apigateway.plugins;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoint.Feature;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestBodies;
import dev.mindfulcode.webkit.endpoints.RequestParameters;
import dev.mindfulcode.webkit.json.JsonFields;
import dev.mindfulcode.webkit.json.Uuids;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /api/analytics}. */
final class RunRoutes {

    private static final int ROWS_DEFAULT = 100;
    private static final int PLUGIN_LENGTH_MAX = 220;
    private static final int SCOPE_LENGTH_MAX = 64;
    private static final int CURSOR_LENGTH_MAX = 1_024;
    private static final String OWN = "own";
    private static final String TEAM = "team:";

    private final Runs runs;
    private final RunProgress progress;
    private final RunExport export;

    RunRoutes(Runs runs, RunProgress progress, RunExport export) {
        this.runs = runs;
        this.progress = progress;
        this.export = export;
    }

    void addTo(Endpoints endpoints) {
        endpoints
                .add(
                        Endpoint.post("/api/analytics")
                                .idempotent()
                                .problems(
                                        ProblemType.PLUGIN_NOT_INSTALLED,
                                        ProblemType.PLUGIN_DISABLED,
                                        ProblemType.LIMIT_REACHED,
                                        ProblemType.PLAN_NEEDED,
                                        ProblemType.NOT_FOUND),
                        this::start)
                .add(Endpoint.get("/api/analytics"), this::list)
                .add(Endpoint.get("/api/analytics/{id}"), this::get)
                .add(
                        Endpoint.get("/api/analytics/{id}/progress")
                                .with(Feature.TICKET_PARAMETER)
                                .problems(ProblemType.TOO_MANY_CONNECTIONS),
                        progress::open)
                .add(Endpoint.get("/api/analytics/{id}/export"), export::open)
                .add(
                        Endpoint.post("/api/analytics/{id}/rerun")
                                .idempotent()
                                .problems(ProblemType.PLUGIN_NOT_INSTALLED, ProblemType.PLUGIN_DISABLED),
                        this::rerun)
                .add(Endpoint.delete("/api/analytics/{id}"), this::remove);
    }

    private Mono<ServerResponse> start(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> RequestBodies.object(request, "plugin", "from", "to", "scope")
                        .flatMap(body -> runs.start(caller.userId(), runRequest(body))))
                .flatMap(run -> JsonResponses.json(202, run));
    }

    private Mono<ServerResponse> list(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> runs.list(caller.userId()))
                .flatMap(all -> JsonResponses.ok(new All(all)));
    }

    private Mono<ServerResponse> get(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> {
                    int limit = RequestParameters.integer(request, "limit", ROWS_DEFAULT, 1, Runs.ROWS_MAX);
                    String after = cursor(request);
                    UUID runId = RequestParameters.pathId(request, "id");
                    return runs.find(caller.userId(), runId)
                            .flatMap(run -> runs.rows(runId, after, limit)
                                    .map(rows -> new Found(run, rows, next(rows, limit))));
                })
                .flatMap(JsonResponses::ok);
    }

    private Mono<ServerResponse> rerun(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> runs.rerun(caller.userId(), RequestParameters.pathId(request, "id")))
                .flatMap(run -> JsonResponses.json(202, run));
    }

    private Mono<ServerResponse> remove(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> runs.cancelOrRemove(caller.userId(), RequestParameters.pathId(request, "id")))
                .flatMap(JsonResponses::ok)
                .switchIfEmpty(Mono.defer(() -> ServerResponse.noContent().build()));
    }

    private static Runs.RunRequest runRequest(JsonFields body) {
        Instant from = body.time("from");
        Instant to = body.time("to");
        if (from != null && to != null && !from.isBefore(to)) {
            throw body.invalid("to", "Must be after from.");
        }
        return new Runs.RunRequest(body.requiredText("plugin", PLUGIN_LENGTH_MAX), from, to, teamId(body));
    }

    private static @Nullable UUID teamId(JsonFields body) {
        String scope = body.text("scope", SCOPE_LENGTH_MAX);
        if (scope == null || scope.equals(OWN)) {
            return null;
        }
        UUID teamId = scope.startsWith(TEAM) ? Uuids.parse(scope.substring(TEAM.length())) : null;
        if (teamId == null) {
            throw body.invalid("scope", "Must be own or team:{id}.");
        }
        return teamId;
    }

    private static @Nullable String cursor(ServerRequest request) {
        String text = RequestParameters.text(request, "cursor", CURSOR_LENGTH_MAX);
        if (text == null) {
            return null;
        }
        try {
            String key = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
            if (key.indexOf('\0') < 0) {
                return key;
            }
        } catch (IllegalArgumentException e) {
            // reported below
        }
        throw ProblemType.INVALID_REQUEST.forField("cursor", "Must be the next_cursor of an earlier response.");
    }

    private static @Nullable String next(List<Runs.ResultRow> rows, int limit) {
        return rows.size() < limit
                ? null
                : Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(rows.getLast().key().getBytes(StandardCharsets.UTF_8));
    }

    private record All(List<Runs.Run> runs) {}

    private record Found(
            @JsonUnwrapped Runs.Run run,
            List<Runs.ResultRow> rows,
            @Nullable String nextCursor) {}
}
