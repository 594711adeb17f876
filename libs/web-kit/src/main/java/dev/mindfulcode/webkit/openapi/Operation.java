package dev.mindfulcode.webkit.openapi;

import static dev.mindfulcode.webkit.problems.ProblemType.FORBIDDEN;
import static dev.mindfulcode.webkit.problems.ProblemType.IDEMPOTENCY_KEY_IN_USE;
import static dev.mindfulcode.webkit.problems.ProblemType.IDEMPOTENCY_KEY_REUSED;
import static dev.mindfulcode.webkit.problems.ProblemType.INTERNAL_ERROR;
import static dev.mindfulcode.webkit.problems.ProblemType.INVALID_REQUEST;
import static dev.mindfulcode.webkit.problems.ProblemType.MALFORMED_BODY;
import static dev.mindfulcode.webkit.problems.ProblemType.NOT_FOUND;
import static dev.mindfulcode.webkit.problems.ProblemType.RATE_LIMITED;
import static dev.mindfulcode.webkit.problems.ProblemType.READ_MODEL_BEHIND;
import static dev.mindfulcode.webkit.problems.ProblemType.REQUEST_TIMEOUT;
import static dev.mindfulcode.webkit.problems.ProblemType.REQUEST_TOO_LARGE;
import static dev.mindfulcode.webkit.problems.ProblemType.UNAUTHENTICATED;
import static dev.mindfulcode.webkit.problems.ProblemType.UNAVAILABLE;
import static dev.mindfulcode.webkit.problems.ProblemType.UNSUPPORTED_MEDIA_TYPE;

import dev.mindfulcode.webkit.endpoints.Access;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoint.Feature;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** An operation of the document, completed with what follows from its endpoint's declaration. */
final class Operation {

    /** Another service serves the operation, which declares all its problems. */
    private static final String SERVICE = "x-service";

    private final Endpoint endpoint;
    private final ObjectNode operation;

    Operation(Endpoint endpoint, ObjectNode operation) {
        this.endpoint = endpoint;
        this.operation = operation;
    }

    void complete() {
        if (!operation.has("description")) {
            operation.put("description", operation.path("summary").asString() + ".");
        }
        security();
        boolean hasInput = operation.has("parameters") || operation.has("requestBody");
        parameter(Feature.READ_AFTER, "ReadAfter");
        parameter(Feature.IDEMPOTENT, "IdempotencyKey");
        problems(hasInput).stream()
                .collect(Collectors.groupingBy(ProblemType::status, TreeMap::new, Collectors.toList()))
                .forEach(this::response);
        if (!endpoint.has(Feature.UNLIMITED)) {
            operation.path("responses").forEach(response -> {
                header((ObjectNode) response, "RateLimit");
                header((ObjectNode) response, "RateLimit-Policy");
            });
        }
    }

    private void security() {
        ArrayNode security = operation.putArray("security");
        switch (endpoint.access()) {
            case PUBLIC, OPERATOR_OR_LOCAL -> {}
            case USER, USER_CHECKED_BY_HANDLER -> security.addObject().putArray("access_token");
            case USER_OR_INGEST_KEY, USER_OR_READ_KEY -> {
                security.addObject().putArray("access_token");
                security.addObject().putArray("api_key");
            }
            case OPERATOR -> security.addObject().putArray("operator_token");
        }
    }

    private void parameter(Feature feature, String component) {
        if (endpoint.has(feature)) {
            operation.withArray("/parameters").addObject().put("$ref", "#/components/parameters/" + component);
        }
    }

    private Set<ProblemType> problems(boolean hasInput) {
        Set<ProblemType> problems = EnumSet.noneOf(ProblemType.class);
        problems.addAll(endpoint.problems());
        if (operation.has(SERVICE)) {
            return problems;
        }
        problems.addAll(List.of(INTERNAL_ERROR, UNAVAILABLE));
        if (operation.has("requestBody")) {
            problems.addAll(List.of(MALFORMED_BODY, REQUEST_TOO_LARGE, UNSUPPORTED_MEDIA_TYPE, REQUEST_TIMEOUT));
        }
        if (hasInput || endpoint.has(Feature.READ_AFTER) || endpoint.has(Feature.IDEMPOTENT)) {
            problems.add(INVALID_REQUEST);
        }
        if (endpoint.access() != Access.PUBLIC) {
            problems.addAll(List.of(UNAUTHENTICATED, FORBIDDEN));
        }
        if (endpoint.path().contains("{")) {
            problems.add(NOT_FOUND);
        }
        if (endpoint.has(Feature.READ_AFTER)) {
            problems.add(READ_MODEL_BEHIND);
        }
        if (endpoint.has(Feature.IDEMPOTENT)) {
            problems.addAll(List.of(IDEMPOTENCY_KEY_IN_USE, IDEMPOTENCY_KEY_REUSED));
        }
        if (!endpoint.has(Feature.UNLIMITED)) {
            problems.add(RATE_LIMITED);
        }
        return problems;
    }

    /** Adds the problem document as a form of the status, which the fragment may describe in other forms. */
    private void response(int status, List<ProblemType> problems) {
        ObjectNode response = operation.withObject("/responses/" + status);
        if (!response.has("description")) {
            response.put(
                    "description",
                    problems.stream().map(ProblemType::title).collect(Collectors.joining("; ", "", ".")));
        }
        if (status == 401) {
            header(response, "WWW-Authenticate");
        }
        if (status == 429 || status == 503) {
            header(response, "Retry-After");
        }
        ObjectNode content = response.withObject("/content").putObject("application/problem+json");
        ArrayNode parts = content.putObject("schema").putArray("allOf");
        parts.addObject().put("$ref", "#/components/schemas/Problem");
        ObjectNode properties = parts.addObject().put("type", "object").putObject("properties");
        ArrayNode types = properties.putObject("type").putArray("enum");
        properties.putObject("status").put("const", status);
        ObjectNode examples = content.putObject("examples");
        for (ProblemType problem : problems) {
            types.add(problem.uri());
            examples.putObject(problem.code())
                    .putObject("value")
                    .put("type", problem.uri())
                    .put("title", problem.title())
                    .put("status", status)
                    .put("detail", problem.title() + ".");
        }
    }

    private static void header(ObjectNode response, String name) {
        response.withObject("/headers").putObject(name).put("$ref", "#/components/headers/" + name);
    }
}
