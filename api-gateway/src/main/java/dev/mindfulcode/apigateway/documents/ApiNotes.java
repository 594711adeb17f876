package dev.mindfulcode.apigateway.documents;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What is written by hand about the API, a file a group of routes: less than OpenAPI wants, and nothing twice. */
final class ApiNotes {

    private static final List<String> FILES = List.of(
            "about",
            "accounts",
            "sessions",
            "keystrokes",
            "flow",
            "teams",
            "plugins",
            "privacy",
            "live",
            "graphql",
            "operations",
            "projections");

    static final JsonMapper JSON = new JsonMapper();

    private ApiNotes() {}

    static List<ObjectNode> read() {
        return FILES.stream().map(ApiNotes::read).toList();
    }

    private static ObjectNode read(String file) {
        try (InputStream in = ApiNotes.class.getResourceAsStream(file + ".yaml")) {
            if (in == null) {
                throw new IllegalStateException(file + ".yaml is not on the class path");
            }
            Map<String, Object> notes = new Yaml(new SafeConstructor(new LoaderOptions())).load(in);
            JsonNode tree = JSON.valueToTree(notes);
            return (ObjectNode) tree;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
