package dev.mindfulcode.apigateway.documents;

import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import java.util.Set;
import org.springframework.core.io.ClassPathResource;
import org.springframework.core.io.Resource;
import org.springframework.http.CacheControl;
import org.springframework.http.MediaType;
import org.springframework.http.MediaTypeFactory;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/**
 * {@code /v3/api-docs}, and {@code /docs}: Swagger UI out of its webjar, under the same strict policy as the dashboard.
 */
final class DocumentRoutes {

    private static final String VERSION_OF = "META-INF/maven/org.webjars/swagger-ui/pom.properties";
    private static final String FILES = "META-INF/resources/webjars/swagger-ui/";

    /** Of some forty files in the jar. */
    private static final Set<String> SERVED = Set.of("swagger-ui-bundle.js", "swagger-ui.css");

    /** As strict as the dashboard's, but for the icons within the style sheet. */
    private static final String PAGE_POLICY =
            "default-src 'self'; img-src 'self' data:; object-src 'none'; base-uri 'none';"
                    + " form-action 'none'; frame-ancestors 'none'";

    private final byte[] document = ApiNotes.JSON.writeValueAsBytes(ApiDocument.assemble());
    private final String webjar = FILES + version() + "/";

    void addTo(Endpoints routes) {
        routes.get("/v3/api-docs", _ -> document()).get("/docs", _ -> page()).get("/docs/{file}", this::asset);
    }

    private Mono<ServerResponse> document() {
        return ServerResponse.ok()
                .contentType(MediaType.APPLICATION_JSON)
                .cacheControl(CacheControl.noCache())
                .bodyValue(document);
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
            return Mono.error(ProblemType.NOT_FOUND.withDetail("There is no such file."));
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
