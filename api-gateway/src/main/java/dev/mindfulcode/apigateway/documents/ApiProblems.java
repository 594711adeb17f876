package dev.mindfulcode.apigateway.documents;

import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The problems of one service by name, and responses made of them. */
final class ApiProblems {

    private static final String BASE = "https://mindfulcode.dev/problems/";

    private final Map<String, Kind> kinds = new LinkedHashMap<>();

    /** Those of the gateway. */
    ApiProblems() {
        for (ProblemType type : ProblemType.values()) {
            String name = type.uri().substring(BASE.length());
            kinds.put(name, new Kind(name, type.status(), type.title()));
        }
    }

    /** Those that a file of notes lists, of a service that this one does not see. */
    ApiProblems(JsonNode listed) {
        listed.properties()
                .forEach(entry -> kinds.put(
                        entry.getKey(),
                        new Kind(
                                entry.getKey(),
                                entry.getValue().get(0).asInt(),
                                entry.getValue().get(1).asString())));
    }

    Collection<String> names() {
        return kinds.keySet();
    }

    /** Adds a response for each status of these problems, with an example of each. */
    void describe(Collection<String> names, ObjectNode responses) {
        Map<Integer, ObjectNode> byStatus = new TreeMap<>();
        for (String name : names) {
            Kind kind = kinds.get(name);
            if (kind == null) {
                throw new IllegalStateException("there is no problem " + name);
            }
            ObjectNode examples = byStatus.computeIfAbsent(kind.status(), _ -> ApiNotes.JSON.createObjectNode());
            examples.putObject(name).set("value", kind.example());
        }
        byStatus.forEach((status, examples) -> response(status, examples, responses));
    }

    private static void response(int status, ObjectNode examples, ObjectNode responses) {
        // A status that has a meaning of its own (503 of /health) keeps it: the problem is then one more form of the
        // body.
        ObjectNode response = responses.withObject("/" + status);
        if (!response.has("description")) {
            response.put(
                    "description",
                    String.join(
                                    "; ",
                                    examples.properties().stream()
                                            .map(example -> example.getValue()
                                                    .path("value")
                                                    .path("title")
                                                    .asString())
                                            .toList())
                            + ".");
        }
        if (status == 401) {
            reference(response.withObject("/headers"), "WWW-Authenticate");
        }
        if (status == 429 || status == 503) {
            reference(response.withObject("/headers"), "Retry-After");
        }
        ObjectNode content = response.withObject("/content").putObject("application/problem+json");
        ArrayNode parts = content.putObject("schema").putArray("allOf");
        parts.addObject().put("$ref", "#/components/schemas/Problem");
        ObjectNode these = parts.addObject().put("type", "object").putObject("properties");
        ArrayNode types = these.putObject("type").putArray("enum");
        examples.properties()
                .forEach(example ->
                        types.add(example.getValue().path("value").path("type").asString()));
        these.putObject("status").put("const", status);
        content.set("examples", examples);
    }

    static void reference(ObjectNode headers, String name) {
        headers.putObject(name).put("$ref", "#/components/headers/" + name);
    }

    private record Kind(String name, int status, String title) {

        ObjectNode example() {
            return ApiNotes.JSON
                    .createObjectNode()
                    .put("type", BASE + name)
                    .put("title", title)
                    .put("status", status)
                    .put("detail", title + ".");
        }
    }
}
