package dev.mindfulcode.apigateway.feedback;

import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestBodies;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.UUID;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * {@code /api/flow/feedback}. A label is answered with 202 once it is published; later readings use it. No read model
 * shows labels, so there is no {@code X-Read-After}.
 */
final class FeedbackRoutes {

    private final Feedback feedback;
    private final Prompts prompts;

    FeedbackRoutes(Feedback feedback, Prompts prompts) {
        this.feedback = feedback;
        this.prompts = prompts;
    }

    void addTo(Endpoints endpoints) {
        endpoints
                .add(
                        Endpoint.post("/api/flow/feedback")
                                .idempotent()
                                .problems(ProblemType.NOT_FOUND, ProblemType.NOT_COLLECTED),
                        this::label)
                .add(Endpoint.delete("/api/flow/feedback"), this::reset)
                .add(Endpoint.get("/api/flow/feedback/settings"), this::settings)
                .add(Endpoint.put("/api/flow/feedback/settings"), this::choose);
    }

    private Mono<ServerResponse> label(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> RequestBodies.object(request, "at", "session_id", "flow", "interrupted")
                        .flatMap(body -> feedback.label(caller.userId(), Label.read(body, feedback.now())))
                        .flatMap(id -> JsonResponses.json(202, new Accepted(id))));
    }

    private Mono<ServerResponse> reset(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> feedback.reset(caller.userId()))
                .flatMap(id -> JsonResponses.json(202, new Accepted(id)));
    }

    private Mono<ServerResponse> settings(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> prompts.perDay(caller.userId()))
                .flatMap(perDay -> JsonResponses.ok(new Settings(perDay)));
    }

    private Mono<ServerResponse> choose(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> RequestBodies.object(request, "prompts_per_day")
                        .flatMap(body -> {
                            long perDay = body.required(
                                    "prompts_per_day", body.integer("prompts_per_day", 0, Prompts.PER_DAY_MAX));
                            return prompts.choose(caller.userId(), Math.toIntExact(perDay));
                        })
                        .flatMap(perDay -> JsonResponses.ok(new Settings(perDay))));
    }

    private record Accepted(UUID feedbackId) {}

    private record Settings(int promptsPerDay) {}
}
