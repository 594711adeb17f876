package dev.mindfulcode.apigateway.admin;

import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.ModelArtefact;
import dev.mindfulcode.flowengine.ModelArtefact.MalformedModelException;
import dev.mindfulcode.flowengine.NetworkModel;
import dev.mindfulcode.schemas.ModelEvaluation;
import dev.mindfulcode.schemas.ModelKind;
import dev.mindfulcode.schemas.PublishedModel;
import dev.mindfulcode.schemas.Topics;
import dev.mindfulcode.webkit.json.JsonFields;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Validates a model that an operator uploads. */
final class ModelUpload {

    /** The id of the model that is part of the engine. */
    static final String BUILT_IN = "built-in";

    static final int ARTEFACT_BYTES_MAX = 64 * 1024;
    static final int BODY_BYTES_MAX = ARTEFACT_BYTES_MAX * 4 / 3 + 4 * 1024;

    private static final Set<String> RESERVED_IDS = Set.of(Topics.ACTIVE_MODEL, BUILT_IN);
    private static final int DATA_LENGTH_MAX = 200;

    private ModelUpload() {}

    /** Returns the model of a request body; fails with 400 and the field at fault. */
    static PublishedModel parse(JsonFields body, Instant now) {
        byte[] artefact = artefact(body);
        FlowModel model;
        try {
            model = ModelArtefact.decode(artefact);
        } catch (MalformedModelException e) {
            throw body.invalid("artefact", "Not a model of this engine: " + e.getMessage() + ".");
        }
        if (RESERVED_IDS.contains(model.id())) {
            throw body.invalid(
                    "artefact", "The model's id is " + model.id() + ", which is reserved. Rename the model.");
        }
        return PublishedModel.newBuilder()
                .setModelId(model.id())
                .setKind(kind(model))
                .setArtefact(ByteBuffer.wrap(artefact))
                .setFeatureVersion(FlowModel.FEATURE_VERSION)
                .setCreatedAt(now)
                .setEvaluation(evaluation(body.object("evaluation")))
                .build();
    }

    private static byte[] artefact(JsonFields body) {
        byte[] artefact;
        try {
            artefact = Base64.getDecoder().decode(body.requiredLines("artefact", BODY_BYTES_MAX));
        } catch (IllegalArgumentException e) {
            throw body.invalid("artefact", "Must be a model artefact in Base64.");
        }
        if (artefact.length > ARTEFACT_BYTES_MAX) {
            throw body.invalid(
                    "artefact", "Has " + artefact.length + " bytes; at most " + ARTEFACT_BYTES_MAX + " are allowed.");
        }
        return artefact;
    }

    private static @Nullable ModelEvaluation evaluation(@Nullable JsonFields evaluation) {
        if (evaluation == null) {
            return null;
        }
        evaluation.only("auroc", "calibration_error", "data");
        return ModelEvaluation.newBuilder()
                .setAuroc(evaluation.required("auroc", evaluation.number("auroc", 0, 1)))
                .setCalibrationError(
                        evaluation.required("calibration_error", evaluation.number("calibration_error", 0, 1)))
                .setData(evaluation.requiredText("data", DATA_LENGTH_MAX))
                .build();
    }

    private static ModelKind kind(FlowModel model) {
        if (model.id().equals(FlowModel.formulaBaseline().id())) {
            return ModelKind.FORMULA;
        }
        return model instanceof NetworkModel ? ModelKind.NETWORK : ModelKind.LOGISTIC;
    }
}
