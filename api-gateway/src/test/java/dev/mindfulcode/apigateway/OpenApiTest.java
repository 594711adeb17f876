package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class OpenApiTest {

    /** Problems that belong to no operation, or only appear within GraphQL results. */
    private static final Set<ProblemType> UNDOCUMENTED =
            Set.of(ProblemType.METHOD_NOT_ALLOWED, ProblemType.TOO_COMPLEX);

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;
    private final ApiSchemas schemas =
            new ApiSchemas(api.get("/v3/api-docs", null).json());

    @Test
    void describesEveryProblem() {
        Set<String> described = new TreeSet<>();
        operations((_, operation) -> operation
                .path("responses")
                .forEach(response -> response.at("/content/application~1problem+json/examples")
                        .forEach(example ->
                                described.add(example.path("value").path("type").asString()))));
        assertThat(described)
                .containsAll(Arrays.stream(ProblemType.values())
                        .filter(type -> !UNDOCUMENTED.contains(type))
                        .map(ProblemType::uri)
                        .toList());
    }

    /** Reads ingest's source, since the gateway does not depend on ingest. */
    @Test
    void describesEveryProblemOfIngest() throws IOException {
        Set<String> used = new TreeSet<>();
        try (Stream<Path> sources = Files.walk(Path.of("../ingest-service/src/main/java"))) {
            for (Path source : sources.filter(Files::isRegularFile).toList()) {
                Matcher types = Pattern.compile("ProblemType\\s*\\.([A-Z_]+)").matcher(Files.readString(source));
                while (types.find()) {
                    Arrays.stream(ProblemType.values())
                            .filter(type -> type.name().equals(types.group(1)))
                            .forEach(type -> used.add(type.code()));
                }
            }
        }
        used.removeAll(Set.of(ProblemType.UPGRADE_REQUIRED.code(), ProblemType.METHOD_NOT_ALLOWED.code()));
        Set<String> described = new TreeSet<>();
        schemas.document()
                .at("/paths/~1api~1keystrokes/post/responses")
                .forEach(response -> response.at("/content/application~1problem+json/examples")
                        .properties()
                        .forEach(example -> described.add(example.getKey())));
        assertThat(used).hasSizeGreaterThan(5);
        assertThat(described).isEqualTo(used);
    }

    @Test
    void hasValidExamples() {
        List<String> faults = new ArrayList<>();
        schemas.document()
                .at("/components/schemas")
                .properties()
                .forEach(schema -> schema.getValue()
                        .path("examples")
                        .forEach(example -> check(schema.getKey(), schema.getValue(), example, faults)));
        operations((name, operation) -> {
            contents(operation).forEach(content -> {
                if (content.has("example")) {
                    check(name, content.path("schema"), content.path("example"), faults);
                }
                content.path("examples")
                        .forEach(example -> check(name, content.path("schema"), example.path("value"), faults));
            });
            operation.path("parameters").forEach(parameter -> {
                JsonNode found = schemas.resolved(parameter);
                if (found.has("example")) {
                    check(name, found.path("schema"), found.path("example"), faults);
                }
            });
        });
        assertThat(faults).isEmpty();
    }

    @Test
    void hasAnExampleForEveryBody() {
        List<String> without = new ArrayList<>();
        operations((name, operation) -> contents(operation).forEach(content -> {
            JsonNode schema = schemas.resolved(content.path("schema"));
            if (!content.has("example") && !content.has("examples") && !canBeMade(schema)) {
                without.add(name);
            }
        }));
        assertThat(without).isEmpty();
    }

    @Test
    void hasUniqueNamesAndValidReferences() {
        List<String> ids = new ArrayList<>();
        operations((_, operation) -> ids.add(operation.path("operationId").asString()));
        assertThat(ids).doesNotHaveDuplicates().doesNotContain("");
        List<JsonNode> references = schemas.document().findValues("$ref");
        assertThat(references).hasSizeGreaterThan(50);
        assertThat(references)
                .allSatisfy(reference -> assertThat(schemas.document()
                                .at(reference.asString().substring(1))
                                .isMissingNode())
                        .as(reference.asString())
                        .isFalse());
    }

    @Test
    void declaresSecurityAsEnforced() {
        operations((name, operation) -> {
            String path = name.substring(name.indexOf(' ') + 1);
            boolean isOpen = operation.path("security").isEmpty();
            if (path.contains("{") || operation.has("x-service") || operation.has("requestBody")) {
                return;
            }
            int status = api.send(api.request(path, null)
                            .method(
                                    name.substring(0, name.indexOf(' ')),
                                    java.net.http.HttpRequest.BodyPublishers.noBody())
                            .build())
                    .status();
            assertThat(status == 401).as(name).isEqualTo(!isOpen);
        });
    }

    @ParameterizedTest
    @CsvSource({
        "/docs, text/html",
        "/docs/docs.js, javascript",
        "/docs/docs.css, text/css",
        "/docs/swagger-ui.css, text/css",
        "/docs/swagger-ui-bundle.js, javascript"
    })
    void servesThePageFromThisOrigin(String path, String type) {
        Answer file = api.get(path, null);
        assertThat(file.status()).isEqualTo(200);
        assertThat(file.header("Content-Type")).contains(type);
        assertThat(file.header("Content-Security-Policy"))
                .contains("default-src 'self'")
                .doesNotContain("unsafe");
        if (path.equals("/docs")) {
            assertThat(new String(file.body(), StandardCharsets.UTF_8))
                    .doesNotContain("http:", "https:", "style=")
                    .doesNotContainPattern("<script>|<style|\\son[a-z]+=");
        }
    }

    @Test
    void servesNoOtherFileOfTheWebjar() {
        for (String file :
                List.of("index.html", "oauth2-redirect.html", "swagger-initializer.js", "%2e%2e%2fdocs.html")) {
            assertThat(api.get("/docs/" + file, null).status()).as(file).isIn(400, 404);
        }
    }

    private void check(String where, JsonNode schema, JsonNode example, List<String> faults) {
        schemas.faults(schema, example).forEach(fault -> faults.add(where + ": " + fault));
    }

    /** Returns whether an example can be derived from the schema's own examples. */
    private boolean canBeMade(JsonNode schema) {
        JsonNode found = schemas.resolved(schema);
        return found.has("examples")
                || found.has("enum")
                || (found.has("items") && canBeMade(found.path("items")))
                || (found.has("properties")
                        && found.path("properties").properties().stream()
                                .allMatch(property -> canBeMade(property.getValue())
                                        || !property.getValue().has("properties")));
    }

    private static List<JsonNode> contents(JsonNode operation) {
        List<JsonNode> contents = new ArrayList<>();
        operation.path("requestBody").path("content").forEach(contents::add);
        operation.path("responses").forEach(response -> response.path("content").forEach(contents::add));
        return contents;
    }

    private void operations(BiConsumer<String, JsonNode> each) {
        schemas.document()
                .path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().stream()
                        .filter(member -> member.getValue().has("operationId"))
                        .forEach(operation -> each.accept(
                                operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey(),
                                operation.getValue())));
    }
}
