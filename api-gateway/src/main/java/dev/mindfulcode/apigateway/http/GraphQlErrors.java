package dev.mindfulcode.apigateway.http;

import dev.mindfulcode.webkit.problems.ProblemException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpMethod;
import org.springframework.http.InvalidMediaTypeException;
import org.springframework.http.MediaType;
import org.springframework.http.server.reactive.ServerHttpRequest;

/** Error responses of GraphQL requests at every layer: GraphQL clients read {@code errors}, not problem documents. */
public final class GraphQlErrors {

    public static final MediaType RESPONSE = MediaType.parseMediaType("application/graphql-response+json");

    private static final String PATH = "/graphql";

    private GraphQlErrors() {}

    /** Returns whether a request is GraphQL over HTTP: JSON by POST, or a document by GET. */
    static boolean isGraphQl(ServerHttpRequest request) {
        if (!request.getPath().pathWithinApplication().value().equals(PATH)) {
            return false;
        }
        if (request.getMethod().equals(HttpMethod.GET)) {
            return request.getQueryParams().containsKey("query")
                    && !request.getHeaders().containsHeader("Upgrade");
        }
        return request.getMethod().equals(HttpMethod.POST) && isJson(request);
    }

    private static boolean isJson(ServerHttpRequest request) {
        try {
            MediaType type = request.getHeaders().getContentType();
            return type == null
                    || MediaType.APPLICATION_JSON.equalsTypeAndSubtype(type)
                    || "json".equals(type.getSubtypeSuffix());
        } catch (InvalidMediaTypeException e) {
            return false;
        }
    }

    /** Returns the newer media type for a client that names it, else JSON. */
    public static MediaType typeFor(ServerHttpRequest request) {
        return accepts(request, RESPONSE) ? RESPONSE : MediaType.APPLICATION_JSON;
    }

    /** Returns whether the client accepts a type by name; ranges such as {@code *}{@code /*} do not count. */
    public static boolean accepts(ServerHttpRequest request, MediaType type) {
        try {
            return request.getHeaders().getAccept().stream().anyMatch(type::equalsTypeAndSubtype);
        } catch (InvalidMediaTypeException e) {
            return false;
        }
    }

    static Map<String, @Nullable Object> body(ProblemException problem) {
        return Map.of("errors", List.of(problem.graphQlError()));
    }
}
