package dev.mindfulcode.apigateway.documents;

import dev.mindfulcode.webkit.endpoints.Access;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoint.Feature;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import java.util.Set;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.MediaTypeFactory;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Serves {@code /v3/api-docs}, and Swagger UI from its webjar at {@code /docs}. */
final class DocumentRoutes {

    private static final String VERSION_OF = "META-INF/maven/org.webjars/swagger-ui/pom.properties";
    private static final String FILES = "META-INF/resources/webjars/swagger-ui/";

    /** The files that the page needs, of about forty in the jar. */
    private static final Set<String> SERVED = Set.of("swagger-ui-bundle.js", "swagger-ui.css");

    /** The dashboard's policy, and {@code data:} for the icons in the style sheet. */
    private static final String PAGE_POLICY =
            "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none';"
                    + " form-action 'none'; frame-ancestors 'none'";

    private final ObjectProvider<ApiDescription> description;
    private final String webjar = FILES + version() + "/";

    DocumentRoutes(ObjectProvider<ApiDescription> description) {
        this.description = description;
    }

    void addTo(Endpoints endpoints) {
        endpoints
                .add(Endpoint.get("/v3/api-docs").access(Access.PUBLIC), _ -> document())
                .add(Endpoint.get("/docs").access(Access.PUBLIC), _ -> page())
                .add(Endpoint.get("/docs/{file}").access(Access.PUBLIC).with(Feature.UNDOCUMENTED), this::asset);
    }

    private Mono<ServerResponse> document() {
        return ServerResponse.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .cacheControl(CacheControl.noCache())
                .bodyValue(description.getObject().json());
    }

    private static Mono<ServerResponse> page() {
        return ServerResponse.ok()
                .contentType(MediaType.TEXT_HTML)
                .cacheControl(CacheControl.noCache())
                .header("Content-Security-Policy", PAGE_POLICY)
                .bodyValue(own("docs.html"));
    }

    private Mono<ServerResponse> asset(ServerRequest request) {
        String name = request.pathVariable("file");
        Resource resource;
        if (SERVED.contains(name)) {
            resource = new ClassPathResource(webjar + name, DocumentRoutes.class.getClassLoader());
        } else if (name.equals("docs.js") || name.equals("docs.css")) {
            resource = own(name);
        } else {
            return Mono.error(ProblemType.NOT_FOUND.withDetail("No such file."));
        }
        return file(MediaTypeFactory.getMediaType(name).orElseThrow(), resource);
    }

    private static Mono<ServerResponse> file(MediaType type, Resource resource) {
        return ServerResponse.ok()
                .contentType(type)
                .cacheControl(CacheControl.noCache())
                .bodyValue(resource);
    }

    private static Resource own(String name) {
        return new ClassPathResource(name, DocumentRoutes.class);
    }

    private static String version() {
        try (InputStream in =
                new ClassPathResource(VERSION_OF, DocumentRoutes.class.getClassLoader()).getInputStream()) {
            Properties properties = new Properties();
            properties.load(in);
            return properties.getProperty("version");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
