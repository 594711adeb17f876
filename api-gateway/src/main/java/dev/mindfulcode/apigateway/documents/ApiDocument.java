package dev.mindfulcode.apigateway.documents;

import java.util.List;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** The OpenAPI 3.1 document, put together once. */
final class ApiDocument {

    private static final String VERSION = "3.1.0";

    private ApiDocument() {}

    static ObjectNode assemble() {
        List<ObjectNode> notes = ApiNotes.read();
        JsonNode about = notes.getFirst();
        ObjectNode document = ApiNotes.JSON.createObjectNode();
        document.put("openapi", VERSION);
        document.set("info", about.path("info"));
        document.putArray("servers").addObject().put("url", "/").put("description", "Where this document came from.");
        document.set("tags", about.path("tags"));
        ObjectNode paths = document.putObject("paths");
        ObjectNode components = document.putObject("components");
        components.setAll(shared());
        ObjectNode schemas = components.putObject("schemas");
        ApiProblems gateways = new ApiProblems();
        for (ObjectNode part : notes) {
            ApiProblems problems = part.has("problems") ? new ApiProblems(part.path("problems")) : gateways;
            part.path("paths")
                    .properties()
                    .forEach(path -> path.getValue()
                            .properties()
                            .forEach(operation -> paths.withObjectProperty(path.getKey())
                                    .set(
                                            operation.getKey(),
                                            new ApiOperation(
                                                            path.getKey(),
                                                            operation.getValue(),
                                                            part.path("path_parameters"))
                                                    .describe(problems))));
            part.path("schemas").properties().forEach(schema -> {
                if (schemas.has(schema.getKey())) {
                    throw new IllegalStateException("two schemas are named " + schema.getKey());
                }
                schemas.set(schema.getKey(), schema.getValue());
            });
        }
        return document;
    }

    private static ObjectNode shared() {
        ObjectNode shared = ApiNotes.JSON.createObjectNode();
        ObjectNode schemes = shared.putObject("securitySchemes");
        schemes.putObject("access_token")
                .put("type", "http")
                .put("scheme", "bearer")
                .put("bearerFormat", "JWT")
                .put("description", "As signing in answers it.");
        schemes.putObject("api_key")
                .put("type", "http")
                .put("scheme", "bearer")
                .put("description", "A key for an editor that cannot sign in: `Authorization: Bearer mck_…`.");
        schemes.putObject("operator_token")
                .put("type", "http")
                .put("scheme", "bearer")
                .put("description", "OPERATOR_TOKEN, of whoever runs it.");
        ObjectNode parameters = shared.putObject("parameters");
        text(
                parameters.putObject("ReadAfter").put("name", "X-Read-After").put("in", "header"),
                "Wait until the read model has the write that answered this.",
                128,
                "MTpzZXNzaW9uczoyOjQxMg");
        text(
                parameters
                        .putObject("IdempotencyKey")
                        .put("name", "Idempotency-Key")
                        .put("in", "header"),
                "A quoted string that names this request; sent again within 24 h, it is given the same answer.",
                130,
                "\"8e03978e-40d5-43dd-bc93-6894a57f9324\"");
        ObjectNode headers = shared.putObject("headers");
        text(
                headers.putObject("X-Read-After"),
                "Send it with a read that is to see this write.",
                128,
                "MTpzZXNzaW9uczoyOjQxMg");
        text(
                headers.putObject("RateLimit"),
                "What is left of each quota, and when it is full again.",
                512,
                "\"user\";r=1199;t=1");
        text(
                headers.putObject("RateLimit-Policy"),
                "Each quota and its window in seconds.",
                512,
                "\"user\";q=1200;w=60");
        text(headers.putObject("WWW-Authenticate"), "How to authenticate.", 512, "Bearer");
        headers.putObject("Retry-After")
                .put("description", "Seconds to wait.")
                .put("example", 1)
                .putObject("schema")
                .put("type", "integer")
                .put("minimum", 0);
        return shared;
    }

    private static void text(ObjectNode node, String description, int lengthMax, String example) {
        node.put("description", description)
                .put("example", example)
                .putObject("schema")
                .put("type", "string")
                .put("minLength", 1)
                .put("maxLength", lengthMax);
    }
}
