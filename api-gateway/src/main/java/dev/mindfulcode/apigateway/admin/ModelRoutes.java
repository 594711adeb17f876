package dev.mindfulcode.apigateway.admin;

import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.ModelArtefact;
import dev.mindfulcode.schemas.ModelEvaluation;
import dev.mindfulcode.schemas.PublishedModel;
import dev.mindfulcode.webkit.endpoints.Access;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestBodies;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /api/admin/models}: publishes models and chooses the one in use. */
final class ModelRoutes {

    private final ModelTopic topic;
    private final Clock clock;

    ModelRoutes(ModelTopic topic, Clock clock) {
        this.topic = topic;
        this.clock = clock;
    }

    void addTo(Endpoints endpoints) {
        endpoints
                .add(Endpoint.get("/api/admin/models").access(Access.OPERATOR), _ -> list())
                .add(
                        Endpoint.post("/api/admin/models")
                                .access(Access.OPERATOR)
                                .problems(ProblemType.MODEL_EXISTS),
                        this::publish)
                .add(
                        Endpoint.put("/api/admin/models/active")
                                .access(Access.OPERATOR)
                                .problems(ProblemType.NOT_FOUND),
                        this::use);
    }

    private Mono<ServerResponse> list() {
        return topic.read().flatMap(content -> JsonResponses.ok(All.of(content)));
    }

    private Mono<ServerResponse> publish(ServerRequest request) {
        return RequestBodies.large(request, ModelUpload.BODY_BYTES_MAX, "artefact", "evaluation")
                .map(body -> ModelUpload.parse(body, clock.instant().truncatedTo(ChronoUnit.MILLIS)))
                .flatMap(model -> topic.publish(model)
                        .flatMap(isNew -> JsonResponses.json(isNew ? 201 : 200, new Id(model.getModelId()))));
    }

    private Mono<ServerResponse> use(ServerRequest request) {
        return RequestBodies.object(request, "model_id").flatMap(body -> {
            String id = body.requiredText("model_id", ModelArtefact.ID_BYTES_MAX);
            return topic.use(id).then(Mono.defer(() -> JsonResponses.ok(new Id(id))));
        });
    }

    private record Id(String modelId) {}

    private record Evaluation(double auroc, double calibrationError, String data) {

        static @Nullable Evaluation of(@Nullable ModelEvaluation from) {
            return from == null ? null : new Evaluation(from.getAuroc(), from.getCalibrationError(), from.getData());
        }
    }

    /**
     * A model.
     *
     * @param kind null for the built-in model
     */
    private record Model(
            String modelId,
            boolean inUse,
            @Nullable String kind,
            @Nullable Instant createdAt,
            @Nullable Evaluation evaluation) {}

    private record All(String builtIn, List<Model> models) {

        static All of(ModelTopic.Content content) {
            PublishedModel active = content.active();
            String inUse = active == null ? ModelUpload.BUILT_IN : active.getModelId();
            List<Model> models = new ArrayList<>();
            models.add(new Model(ModelUpload.BUILT_IN, inUse.equals(ModelUpload.BUILT_IN), null, null, null));
            content.byId()
                    .forEach((id, model) -> models.add(new Model(
                            id,
                            id.equals(inUse),
                            model.getKind().name().toLowerCase(Locale.ROOT),
                            model.getCreatedAt(),
                            Evaluation.of(model.getEvaluation()))));
            return new All(FlowModel.builtIn().id(), models);
        }
    }
}
