package dev.mindfulcode.cli.plugins;

import dev.mindfulcode.cli.UserErrorException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Base64;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;
import tools.jackson.databind.node.ObjectNode;

/** The plugins of a running system as one of its users has them. */
final class PluginApi {

    private static final JsonMapper JSON = new JsonMapper();
    private static final Duration ANSWER_MAX = Duration.ofSeconds(30);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(5)).build();
    private final String origin;
    private final String token;

    PluginApi(String origin, String token) {
        this.origin = origin;
        this.token = token;
    }

    JsonNode install(PluginFolder plugin) {
        JsonNode manifest = JSON.readTree(plugin.manifest());
        ObjectNode upload = JSON.createObjectNode();
        upload.set("manifest", manifest);
        upload.put("module", Base64.getEncoder().encodeToString(plugin.module()));
        JsonNode uploaded = call("POST", "/api/plugins", upload.toString());
        ObjectNode grant = JSON.createObjectNode();
        grant.set("capabilities", manifest.path("capabilities"));
        return call("PUT", "/api/plugins/" + uploaded.path("plugin_id").asString() + "/install", grant.toString());
    }

    JsonNode list() {
        return call("GET", "/api/plugins", "");
    }

    private JsonNode call(String method, String path, String body) {
        HttpRequest request = HttpRequest.newBuilder(URI.create(origin + path))
                .timeout(ANSWER_MAX)
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .method(method, body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
        try {
            HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
            JsonNode answer = parse(response.body());
            if (response.statusCode() >= 300) {
                throw new UserErrorException(answer.path("field").asString("the request") + ": "
                        + answer.path("detail").asString("answered " + response.statusCode()));
            }
            return answer;
        } catch (IOException e) {
            throw new UserErrorException(origin + " does not answer", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new UserErrorException("interrupted", e);
        }
    }

    private static JsonNode parse(String body) {
        try {
            return JSON.readTree(body);
        } catch (JacksonException e) {
            return MissingNode.getInstance();
        }
    }
}
