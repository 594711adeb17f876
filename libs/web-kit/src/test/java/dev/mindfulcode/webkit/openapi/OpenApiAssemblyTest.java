package dev.mindfulcode.webkit.openapi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.webkit.endpoints.Access;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoint.Feature;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

class OpenApiAssemblyTest {

    private static final String BASE = """
            {"openapi": "3.1.0", "paths": {}, "components": {"schemas": {"Uuid": {"type": "string"}}}}""";
    private static final String THINGS = """
            {"paths": {"/things/{id}": {
                "parameters": [{"$ref": "#/components/parameters/ThingId"}],
                "get": {"operationId": "getThing", "summary": "Get a thing",
                        "responses": {"200": {"description": "The thing."}}}}},
             "components": {"parameters": {"ThingId": {"name": "id"}}}}""";
    private static final Endpoint GET_THING = Endpoint.get("/things/{id}");

    @Test
    void mergesPathsAndComponents() {
        ObjectNode document = assemble(List.of(BASE, THINGS), GET_THING);
        assertThat(document.at("/openapi").asString()).isEqualTo("3.1.0");
        assertThat(document.at("/components/schemas/Uuid").isObject()).isTrue();
        assertThat(document.at("/components/parameters/ThingId/name").asString())
                .isEqualTo("id");
        assertThat(document.at("/paths/~1things~1{id}/parameters").size()).isOne();
    }

    @Test
    void rejectsEndpointsWithoutADescription() {
        assertThatThrownBy(() -> assemble(List.of(BASE, THINGS), GET_THING, Endpoint.post("/things")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("not described [POST /things]");
    }

    @Test
    void rejectsOperationsWithoutAnEndpoint() {
        assertThatThrownBy(() -> assemble(List.of(BASE, THINGS)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("not declared [GET /things/{id}]");
    }

    @Test
    void leavesUndocumentedEndpointsOut() {
        ObjectNode document =
                assemble(List.of(BASE, THINGS), GET_THING, Endpoint.get("/page").with(Feature.UNDOCUMENTED));
        assertThat(document.at("/paths/~1page").isMissingNode()).isTrue();
    }

    @Test
    void rejectsContradictoryFragments() {
        String other = """
                {"components": {"schemas": {"Uuid": {"type": "integer"}}}}""";
        assertThatThrownBy(() -> assemble(List.of(BASE, other)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("schemas Uuid");
    }

    @Test
    void derivesSecurityFromAccess() {
        assertThat(security(GET_THING.access(Access.PUBLIC))).isEqualTo("[]");
        assertThat(security(GET_THING)).isEqualTo("[{\"access_token\":[]}]");
        assertThat(security(GET_THING.access(Access.USER_OR_INGEST_KEY)))
                .isEqualTo("[{\"access_token\":[]},{\"api_key\":[]}]");
        assertThat(security(GET_THING.access(Access.OPERATOR))).isEqualTo("[{\"operator_token\":[]}]");
    }

    @Test
    void derivesParametersAndProblemsFromFeatures() {
        JsonNode operation = operation(GET_THING.readAfter().idempotent().problems(ProblemType.PLAN_NEEDED));
        assertThat(operation.path("parameters").findValuesAsString("$ref"))
                .containsExactly("#/components/parameters/ReadAfter", "#/components/parameters/IdempotencyKey");
        assertThat(codes(operation, 403)).containsExactlyInAnyOrder("forbidden", "plan-needed");
        assertThat(codes(operation, 404)).containsExactly("not-found");
        assertThat(codes(operation, 409)).containsExactly("idempotency-key-in-use");
        assertThat(codes(operation, 429)).containsExactly("rate-limited");
        assertThat(codes(operation, 503)).containsExactlyInAnyOrder("read-model-behind", "unavailable");
        assertThat(operation.at("/responses/200/headers/RateLimit").isObject()).isTrue();
        assertThat(operation.at("/responses/401/headers/WWW-Authenticate").isObject())
                .isTrue();
    }

    @Test
    void omitsRateLimitsOfUnlimitedEndpoints() {
        JsonNode operation = operation(GET_THING.with(Feature.UNLIMITED));
        assertThat(operation.at("/responses/429").isMissingNode()).isTrue();
        assertThat(operation.at("/responses/200/headers").isMissingNode()).isTrue();
    }

    private static String security(Endpoint endpoint) {
        return operation(endpoint).path("security").toString();
    }

    private static List<String> codes(JsonNode operation, int status) {
        List<String> codes = new ArrayList<>();
        operation
                .at("/responses/" + status + "/content/application~1problem+json/examples")
                .properties()
                .forEach(example -> codes.add(example.getKey()));
        return codes;
    }

    private static JsonNode operation(Endpoint endpoint) {
        return assemble(List.of(BASE, THINGS), endpoint).at("/paths/~1things~1{id}/get");
    }

    private static ObjectNode assemble(List<String> fragments, Endpoint... endpoints) {
        return OpenApi.assemble(
                fragments.stream()
                        .map(text -> (ObjectNode) new JsonMapper().readTree(text))
                        .toList(),
                List.of(endpoints));
    }
}
