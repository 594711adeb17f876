package dev.mindfulcode.quickstart;

import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Calls each operation of the API's description with one text wherever an input has a place, as a hostile client. */
final class OpenApiWalk {

    private static final Duration RESPONSE_TIMEOUT = Duration.ofMinutes(2);

    /** Streams end only when their client closes them. */
    private static final String EVENT_STREAM = "text/event-stream";

    private static final Set<String> WITH_BODY = Set.of("post", "put", "patch", "delete");
    private static final int CALLS_MIN = 100;

    private final URI origin;
    private final String token;
    private final String text;
    private final List<HttpResponse<String>> responses = new ArrayList<>();

    OpenApiWalk(URI origin, String token, String text) {
        this.origin = origin;
        this.token = token;
        this.text = text;
    }

    List<HttpResponse<String>> run() throws IOException, InterruptedException {
        JsonNode document =
                TestUser.JSON.readTree(Requests.get(origin, "/v3/api-docs").body());
        try (HttpClient client = HttpClient.newHttpClient()) {
            for (Map.Entry<String, JsonNode> path : document.get("paths").properties()) {
                for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
                    String method = operation.getKey();
                    if (!operation.getValue().toString().contains(EVENT_STREAM)) {
                        call(client, method, path.getKey(), operation.getValue(), document);
                    }
                }
            }
        }
        if (responses.size() < CALLS_MIN) {
            throw new AssertionError("The description has few operations: " + responses.size() + " calls");
        }
        return responses;
    }

    private void call(HttpClient client, String method, String path, JsonNode operation, JsonNode document)
            throws IOException, InterruptedException {
        String encoded = URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
        StringBuilder query = new StringBuilder();
        for (JsonNode listed : operation.path("parameters")) {
            JsonNode parameter = resolve(listed, document);
            if (parameter.path("in").asString("").equals("query")) {
                query.append(query.isEmpty() ? '?' : '&')
                        .append(parameter.get("name").asString())
                        .append('=')
                        .append(encoded);
            }
        }
        String target = path.replaceAll("\\{[^}]+}", encoded) + query;
        String body = body(operation, document, text);
        for (String credential : List.of("Bearer " + token, "Bearer " + text, "")) {
            for (String sent : body == null ? List.of("") : List.of(body, "{\"" + text + "\": ", "\"" + text + "\"")) {
                HttpRequest.Builder request = HttpRequest.newBuilder(origin.resolve(target))
                        .timeout(RESPONSE_TIMEOUT)
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", encoded)
                        .header("X-Request-Id", encoded)
                        .header("User-Agent", encoded)
                        .method(
                                method.toUpperCase(Locale.ROOT),
                                WITH_BODY.contains(method) && body != null
                                        ? BodyPublishers.ofString(sent)
                                        : BodyPublishers.noBody());
                if (!credential.isEmpty()) {
                    request.header("Authorization", credential);
                }
                responses.add(client.send(request.build(), BodyHandlers.ofString()));
            }
        }
    }

    /** Returns an object with the text as each property of the operation's body, or null if it has none. */
    private static @Nullable String body(JsonNode operation, JsonNode document, String text) {
        JsonNode content = resolve(operation.path("requestBody"), document).path("content");
        if (content.isMissingNode()) {
            return null;
        }
        ObjectNode object = TestUser.JSON.createObjectNode();
        JsonNode schema = resolve(content.path("application/json").path("schema"), document);
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            object.put(property.getKey(), text);
        }
        return object.toString();
    }

    private static JsonNode resolve(JsonNode node, JsonNode document) {
        String reference = node.path("$ref").asString("");
        return reference.isEmpty() ? node : document.at(reference.substring(1));
    }
}
