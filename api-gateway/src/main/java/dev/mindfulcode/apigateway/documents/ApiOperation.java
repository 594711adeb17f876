package dev.mindfulcode.apigateway.documents;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * One operation, from its notes. Notes say what is its own; what follows from it is added here, so that it cannot be
 * forgotten: an operation with a body can be refused for its size, one that is not open for its token, and so on.
 *
 * <p>Notes: {@code id}, {@code tag}, {@code summary}, {@code description}; {@code open} to all, to {@code keys} as well
 * as tokens, or to the {@code operator} alone; {@code query} and {@code body}; {@code answers} by status, {@code also}
 * in other types; {@code problems} of its own; {@code read_after} and {@code writes} for X-Read-After;
 * {@code idempotent}; {@code uncounted} by limits; {@code upgrade} to a WebSocket; {@code errors_as} a schema for
 * clients that know no problems; {@code service} if another's.
 */
final class ApiOperation {

    private static final Pattern PATH_PARAMETER = Pattern.compile("\\{([a-z_]+)}");
    private static final String JSON_TYPE = "application/json";

    private final String path;
    private final JsonNode notes;
    private final JsonNode pathParameters;
    private final boolean isGateways;

    ApiOperation(String path, JsonNode notes, JsonNode pathParameters) {
        this.path = path;
        this.notes = notes;
        this.pathParameters = pathParameters;
        this.isGateways = !notes.has("service");
    }

    /** @param problems of the service that serves it */
    ObjectNode describe(ApiProblems problems) {
        ObjectNode operation = ApiNotes.JSON.createObjectNode();
        operation.put("operationId", text("id"));
        operation.putArray("tags").add(text("tag"));
        operation.put("summary", text("summary"));
        operation.put("description", notes.path("description").asString(text("summary") + "."));
        if (!isGateways) {
            operation.put("x-service", notes.path("service").asString());
        }
        security(operation.putArray("security"));
        ArrayNode parameters = ApiNotes.JSON.createArrayNode();
        parameters(parameters);
        if (!parameters.isEmpty()) {
            operation.set("parameters", parameters);
        }
        if (notes.has("body")) {
            body(operation.putObject("requestBody"));
        }
        ObjectNode responses = operation.putObject("responses");
        notes.path("answers")
                .properties()
                .forEach(answer -> answer(answer.getValue(), responses.putObject(answer.getKey())));
        problems.describe(isGateways ? problems() : foreignProblems(problems), responses);
        if (notes.has("errors_as")) {
            responses
                    .properties()
                    .forEach(response -> errorsAs(notes.path("errors_as"), response.getKey(), response.getValue()));
        }
        if (isGateways && !has("uncounted")) {
            responses.properties().forEach(response -> {
                ObjectNode headers = ((ObjectNode) response.getValue()).withObject("/headers");
                ApiProblems.reference(headers, "RateLimit");
                ApiProblems.reference(headers, "RateLimit-Policy");
            });
        }
        return operation;
    }

    private void security(ArrayNode security) {
        if (has("open")) {
            return;
        }
        security.addObject().putArray(has("operator") ? "operator_token" : "access_token");
        if (has("keys")) {
            security.addObject().putArray("api_key");
        }
    }

    private void parameters(ArrayNode parameters) {
        Matcher names = PATH_PARAMETER.matcher(path);
        while (names.find()) {
            String name = names.group(1);
            JsonNode known = pathParameters.get(name);
            if (known == null) {
                throw new IllegalStateException("path_parameters say nothing of {" + name + "}");
            }
            parameters
                    .addObject()
                    .put("name", name)
                    .put("in", "path")
                    .put("required", true)
                    .setAll((ObjectNode) known);
        }
        notes.path("query").properties().forEach(query -> {
            ObjectNode parameter =
                    parameters.addObject().put("name", query.getKey()).put("in", "query");
            parameter.put("description", query.getValue().path("is").asString());
            if (query.getValue().path("required").asBoolean(false)) {
                parameter.put("required", true);
            }
            parameter.set("schema", query.getValue().path("schema"));
            copy(query.getValue(), parameter, "example");
        });
        if (has("read_after")) {
            parameters.addObject().put("$ref", "#/components/parameters/ReadAfter");
        }
        if (has("idempotent")) {
            parameters.addObject().put("$ref", "#/components/parameters/IdempotencyKey");
        }
    }

    private void body(ObjectNode body) {
        JsonNode said = notes.path("body");
        body.put("required", !said.path("optional").asBoolean(false));
        ObjectNode content = body.putObject("content").putObject(JSON_TYPE);
        schema(said.path("schema"), content);
        copy(said, content, "example");
    }

    private void answer(JsonNode said, ObjectNode response) {
        response.put("description", said.path("is").asString());
        if (has("writes")) {
            ApiProblems.reference(response.withObject("/headers"), "X-Read-After");
        }
        if (said.has("schema")) {
            ObjectNode content =
                    response.putObject("content").putObject(said.path("type").asString(JSON_TYPE));
            schema(said.path("schema"), content);
            copy(said, content, "example");
        }
        said.path("also")
                .properties()
                .forEach(other ->
                        schema(other.getValue(), response.withObject("/content").putObject(other.getKey())));
    }

    /** Adds the form that refusals have for clients of the operation's own protocol. */
    private static void errorsAs(JsonNode schema, String status, JsonNode response) {
        if (Integer.parseInt(status) < 400) {
            return;
        }
        ObjectNode content = ((ObjectNode) response).withObject("/content");
        for (String type : List.of(JSON_TYPE, "application/graphql-response+json")) {
            if (!content.has(type)) {
                schema(schema, content.putObject(type));
            }
        }
    }

    private static void schema(JsonNode name, ObjectNode content) {
        content.putObject("schema").put("$ref", "#/components/schemas/" + name.asString());
    }

    private Set<String> problems() {
        Set<String> names = new LinkedHashSet<>();
        if (notes.has("body")) {
            names.addAll(List.of("malformed-body", "request-too-large", "unsupported-media-type", "request-timeout"));
        }
        if (notes.has("body") || notes.has("query") || has("read_after") || has("idempotent")) {
            names.add("invalid-request");
        }
        if (!has("open")) {
            names.add("unauthenticated");
            if (!has("keys")) {
                names.add("forbidden");
            }
        }
        if (path.contains("{")) {
            names.add("not-found");
        }
        if (has("read_after")) {
            names.add("read-model-behind");
        }
        if (has("idempotent")) {
            names.addAll(List.of("idempotency-key-in-use", "idempotency-key-reused"));
        }
        if (!has("uncounted")) {
            names.add("rate-limited");
        }
        names.addAll(List.of("internal-error", "unavailable"));
        notes.path("problems").forEach(name -> names.add(name.asString()));
        return names;
    }

    /** Another service's: all that it has, but for what cannot be met without a token or a body. */
    private Set<String> foreignProblems(ApiProblems problems) {
        Set<String> names = new LinkedHashSet<>(problems.names());
        if (has("open")) {
            names.retainAll(Set.of("internal-error", "unavailable"));
        } else if (!has("upgrade")) {
            names.remove("upgrade-required");
        }
        return names;
    }

    private boolean has(String flag) {
        return notes.path(flag).asBoolean(false);
    }

    private String text(String name) {
        String value = notes.path(name).asString("");
        if (value.isEmpty()) {
            throw new IllegalStateException(path + " has no " + name);
        }
        return value;
    }

    private static void copy(JsonNode from, ObjectNode to, String name) {
        @Nullable JsonNode value = from.get(name);
        if (value != null) {
            to.set(name, value);
        }
    }
}
