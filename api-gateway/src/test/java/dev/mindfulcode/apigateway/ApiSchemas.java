package dev.mindfulcode.apigateway;

import com.networknt.schema.Error;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** An OpenAPI document whose schemas validate values. */
final class ApiSchemas {

    private final JsonNode document;
    private final SchemaRegistry registry = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);
    private final Map<JsonNode, Schema> known = new ConcurrentHashMap<>();

    ApiSchemas(JsonNode document) {
        this.document = document;
    }

    JsonNode document() {
        return document;
    }

    /** Returns the faults of a value. */
    List<String> faults(JsonNode schema, JsonNode value) {
        return known
                .computeIfAbsent(schema, this::schema)
                .validate(value, context -> context.executionConfig(config -> config.formatAssertionsEnabled(true)))
                .stream()
                .map(Error::toString)
                .toList();
    }

    /** Follows references within the document. */
    JsonNode resolved(JsonNode node) {
        JsonNode found = node;
        while (found.has("$ref")) {
            found = document.at(found.get("$ref").asString().substring(1));
        }
        return found;
    }

    /** Returns the schema with the components, so that its references resolve. */
    private Schema schema(JsonNode schema) {
        ObjectNode whole = ((ObjectNode) schema).deepCopy();
        whole.set("components", document.path("components"));
        return registry.getSchema(whole);
    }
}
