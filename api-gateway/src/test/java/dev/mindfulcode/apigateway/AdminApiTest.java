package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.flowengine.Calibration;
import dev.mindfulcode.flowengine.FlowModel;
import dev.mindfulcode.flowengine.ModelArtefact;
import dev.mindfulcode.flowengine.ModelInputs;
import dev.mindfulcode.flowengine.Thresholds;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** The operator's endpoints for models and plans. */
class AdminApiTest {

    private static final String OPERATOR = GatewayUnderTest.OPERATOR_TOKEN;

    private final Api api = GatewayUnderTest.shared().api;

    @Test
    void publishesModelsAndSwitchesBetweenThem() {
        assertThat(publish("admin-1", 0).status()).isEqualTo(201);
        assertThat(publish("admin-1", 0).status()).as("the same model again").isEqualTo(200);
        assertThat(inUse()).isEqualTo("built-in");
        try {
            assertThat(use("admin-1").status()).isEqualTo(200);
            assertThat(inUse()).isEqualTo("admin-1");
        } finally {
            assertThat(use("built-in").status()).isEqualTo(200);
        }
        assertThat(inUse()).isEqualTo("built-in");
    }

    @Test
    void refusesAnotherModelWithTheSameId() {
        assertThat(publish("admin-2", 0).status()).isEqualTo(201);
        publish("admin-2", 1).isProblem(409, "model-exists").withField("artefact");
    }

    /** More requests at once than the queue of the topic's requests has places. */
    @Test
    void publishesOneOfManyModelsWithTheSameIdAtOnce() {
        List<CompletableFuture<Integer>> sent = IntStream.range(0, 24)
                .mapToObj(i -> CompletableFuture.supplyAsync(
                        () -> publish("admin-race", i).status(),
                        task -> Thread.ofVirtual().start(task)))
                .toList();

        List<Integer> statuses = sent.stream().map(CompletableFuture::join).toList();

        assertThat(statuses)
                .containsOnlyOnce(201)
                .allMatch(status -> List.of(201, 409, 503).contains(status));
    }

    @Test
    void refusesReservedIds() {
        publish("active", 0).isProblem(400, "invalid-request").withField("artefact");
    }

    @Test
    void refusesAModelOfOtherFeaturesInWords() {
        FlowModel other = ModelArtefact.constant(
                ModelInputs.SCORES,
                "admin-scores",
                0,
                new Calibration.Temperature(1),
                new Thresholds(0.6f, 0.4f, 0.1f));
        Api.Answer answer = api.post("/api/admin/models", OPERATOR, upload(other));
        answer.isProblem(400, "invalid-request").withField("artefact");
        assertThat(answer.text("detail"))
                .contains("features of version 1")
                .contains("this engine computes version " + FlowModel.FEATURE_VERSION);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "POST | /api/admin/models | {} | 400 | artefact",
                "POST | /api/admin/models | {\"artefact\": \"no base 64!\"} | 400 | artefact",
                "POST | /api/admin/models | {\"artefact\": \"bm8gbW9kZWwgYXQgYWxs\"} | 400 | artefact",
                "PUT | /api/admin/models/active | {} | 400 | model_id",
                "PUT | /api/admin/models/active | {\"model_id\": \"unknown-1\"} | 404 | model_id",
                "PUT | /api/admin/teams/019a8f6e-7c1d-7b3a-9f52-3d1c5a7e9b10/plan | {\"plan\": \"gold\"} | 400 | plan",
            })
    void namesTheFieldAtFault(String method, String path, String body, int status, String field) {
        api.sendJson(method, path, OPERATOR, body)
                .isProblem(status, status == 404 ? "not-found" : "invalid-request")
                .withField(field);
    }

    @Test
    void refusesEvaluationsOutOfRange() {
        String upload = model("admin-3", 0).replace("}", ", \"evaluation\": {\"auroc\": 2}}");
        api.post("/api/admin/models", OPERATOR, upload)
                .isProblem(400, "invalid-request")
                .withField("evaluation.auroc");
    }

    @Test
    void refusesUnknownTeams() {
        api.sendJson("PUT", "/api/admin/teams/" + UUID.randomUUID() + "/plan", OPERATOR, "{\"plan\": \"premium\"}")
                .isProblem(404, "not-found");
    }

    private Api.Answer publish(String id, float bias) {
        return api.post("/api/admin/models", OPERATOR, model(id, bias));
    }

    private Api.Answer use(String id) {
        return api.sendJson("PUT", "/api/admin/models/active", OPERATOR, "{\"model_id\": \"" + id + "\"}");
    }

    private String inUse() {
        for (JsonNode model : api.get("/api/admin/models", OPERATOR).json().path("models")) {
            if (model.path("in_use").asBoolean()) {
                return model.path("model_id").asString();
            }
        }
        throw new AssertionError("no model is in use");
    }

    static String model(String id, float bias) {
        FlowModel model = ModelArtefact.constant(
                ModelInputs.HISTORY, id, bias, new Calibration.Temperature(1), new Thresholds(0.6f, 0.4f, 0.1f));
        return upload(model);
    }

    private static String upload(FlowModel model) {
        return "{\"artefact\": \"" + Base64.getEncoder().encodeToString(ModelArtefact.encode(model)) + "\"}";
    }
}
