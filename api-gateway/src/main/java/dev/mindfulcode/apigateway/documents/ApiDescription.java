package dev.mindfulcode.apigateway.documents;

import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.IngestEndpoints;
import dev.mindfulcode.webkit.openapi.OpenApi;
import java.util.ArrayList;
import java.util.List;

/** The API's OpenAPI document: the gateway's endpoints and ingest's, which have one origin. */
final class ApiDescription {

    private static final List<String> FRAGMENTS = List.of(
            "api.yaml",
            "accounts.yaml",
            "erasure.yaml",
            "privacy-settings.yaml",
            "portability.yaml",
            "sessions.yaml",
            "keystrokes.yaml",
            "features.yaml",
            "flow.yaml",
            "teams.yaml",
            "plugins.yaml",
            "live.yaml",
            "graphql.yaml",
            "operations.yaml",
            "projections.yaml",
            "admin.yaml",
            "dead-letters.yaml");

    private final byte[] json;

    /** @throws IllegalStateException if an endpoint is not described, or an operation is not declared */
    ApiDescription(List<Endpoint> endpoints) {
        List<Endpoint> all = new ArrayList<>(endpoints);
        all.addAll(IngestEndpoints.ALL);
        json = OpenApi.json(OpenApi.assemble(OpenApi.read(ApiDescription.class, FRAGMENTS), all));
    }

    byte[] json() {
        return json;
    }
}
