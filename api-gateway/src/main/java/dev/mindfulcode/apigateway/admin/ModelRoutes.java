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

    /** Figures of an evaluation have three decimals. */
    private static final double FIGURE_STEPS = 1_000;

    private final ModelTopic topic;
    private final ModelEvaluator evaluator;
    private final Clock clock;

    ModelRoutes(ModelTopic topic, ModelEvaluator evaluator, Clock clock) {
        this.topic = topic;
        this.evaluator = evaluator;
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
                        this::use)
                .add(
                        Endpoint.get("/api/admin/models/evaluation")
                                .access(Access.OPERATOR)
                                .problems(ProblemType.TOO_FEW_CONTRIBUTORS),
                        _ -> evaluation());
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

    private Mono<ServerResponse> evaluation() {
        return topic.read()
                .flatMap(content -> evaluator.evaluate(
                        content.active() == null
                                ? FlowModel.builtIn().id()
                                : content.active().getModelId()))
                .flatMap(result -> JsonResponses.ok(OnInstallation.of(result)));
    }

    private record Id(String modelId) {}

    private record Evaluation(double auroc, double calibrationError, String data) {

        static @Nullable Evaluation of(@Nullable ModelEvaluation from) {
            return from == null ? null : new Evaluation(from.getAuroc(), from.getCalibrationError(), from.getData());
        }
    }

    record OnInstallation(
            String modelId,
            Instant from,
            Instant to,
            int users,
            int ratings,
            double inFlowRate,
            RoundedScores constantRate,
            RoundedScores model,
            RoundedScores shown) {

        static OnInstallation of(ModelEvaluator.Result result) {
            InstallationEvaluation evaluation = result.evaluation();
            return new OnInstallation(
                    result.modelId(),
                    result.period().from(),
                    result.period().to(),
                    evaluation.users(),
                    evaluation.ratings(),
                    rounded(evaluation.inFlowRate()),
                    RoundedScores.of(evaluation.constantRate()),
                    RoundedScores.of(evaluation.model()),
                    RoundedScores.of(evaluation.shown()));
        }
    }

    private record RoundedScores(
            double brier, double calibrationError, @Nullable Double auroc) {

        static RoundedScores of(InstallationEvaluation.Scores scores) {
            Double auroc = scores.auroc();
            return new RoundedScores(
                    rounded(scores.brier()), rounded(scores.calibrationError()), auroc == null ? null : rounded(auroc));
        }
    }

    private static double rounded(double figure) {
        return Math.round(figure * FIGURE_STEPS) / FIGURE_STEPS;
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
