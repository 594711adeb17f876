package dev.mindfulcode.gateway.feedback;

import dev.mindfulcode.gateway.http.Answers;
import dev.mindfulcode.gateway.http.Bodies;
import dev.mindfulcode.gateway.http.Caller;
import dev.mindfulcode.gateway.http.Routes;
import java.util.UUID;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * {@code /api/flow/feedback}. Answers 202: the log has the label, and the readings to come take it in. No read model shows labels, so
 * there is no {@code X-Read-After}.
 */
final class FeedbackRoutes {

    private final Feedback feedback;

    FeedbackRoutes(Feedback feedback) {
        this.feedback = feedback;
    }

    void addTo(Routes routes) {
        routes.post("/api/flow/feedback", this::label).delete("/api/flow/feedback", this::reset);
    }

    private Mono<ServerResponse> label(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> Bodies.object(request)
                        .flatMap(body -> feedback.label(caller.userId(), Label.read(body, feedback.now())))
                        .flatMap(id -> Answers.json(202, new Accepted(id))));
    }

    private Mono<ServerResponse> reset(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> feedback.reset(caller.userId()))
                .flatMap(id -> Answers.json(202, new Accepted(id)));
    }

    private record Accepted(UUID feedbackId) {}
}
