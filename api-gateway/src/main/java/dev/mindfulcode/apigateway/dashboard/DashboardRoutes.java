package dev.mindfulcode.apigateway.dashboard;

import dev.mindfulcode.webkit.endpoints.Access;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoint.Feature;
import dev.mindfulcode.webkit.endpoints.EndpointGroup;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.List;
import java.util.Objects;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** Serves the dashboard's page at the address of each view, and its files. */
public final class DashboardRoutes implements EndpointGroup {

    /** The page decides what it shows; router.js has the same list. */
    private static final List<String> VIEWS = List.of(
            "/",
            "/day/{date}",
            "/week",
            "/week/{week}",
            "/trends",
            "/sessions",
            "/insights",
            "/questions",
            "/team",
            "/team/{team}",
            "/connect",
            "/settings",
            "/sign-in",
            "/new-password");

    private static final String ICON = "favicon.svg";

    private final DashboardFiles files = DashboardFiles.load();

    @Override
    public void addTo(Endpoints endpoints) {
        for (String view : VIEWS) {
            endpoints.add(page(view), request -> files.page(request.path()).revalidated(request));
        }
        endpoints
                .add(page("/assets/{build}/{*file}"), this::asset)
                // For the page of the API, which does not know the hash.
                .add(page("/" + ICON), request -> icon().revalidated(request));
    }

    private DashboardFile icon() {
        return Objects.requireNonNull(files.asset(ICON));
    }

    private static Endpoint page(String path) {
        return Endpoint.get(path).access(Access.PUBLIC).with(Feature.UNDOCUMENTED);
    }

    private Mono<ServerResponse> asset(ServerRequest request) {
        // The path of a capture to the end begins with a slash.
        DashboardFile file = request.pathVariable("build").equals(files.build())
                ? files.asset(request.pathVariable("file").substring(1))
                : null;
        return file == null ? Mono.error(ProblemType.NOT_FOUND.withDetail("No such file.")) : file.forever(request);
    }
}
