package dev.mindfulcode.apigateway.flow;

import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestBodies;
import dev.mindfulcode.webkit.json.JsonFields;
import java.util.UUID;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /api/account/preferences}. */
final class PreferenceRoutes {

    private final FlowPreferences preferences;

    PreferenceRoutes(FlowPreferences preferences) {
        this.preferences = preferences;
    }

    void addTo(Endpoints endpoints) {
        endpoints
                .add(Endpoint.get("/api/account/preferences"), this::read)
                .add(Endpoint.patch("/api/account/preferences"), this::change);
    }

    private Mono<ServerResponse> read(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> preferences.read(caller.userId()))
                .flatMap(JsonResponses::ok);
    }

    private Mono<ServerResponse> change(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller ->
                        RequestBodies.object(request, "sensitivity").flatMap(body -> change(caller.userId(), body)))
                .flatMap(JsonResponses::ok);
    }

    /** Null restores the default; an absent field changes nothing. */
    private Mono<FlowPreferences.Preferences> change(UUID userId, JsonFields body) {
        Double sensitivity = body.number("sensitivity", 0, 1);
        return sensitivity == null && !body.isNull("sensitivity")
                ? preferences.read(userId)
                : preferences.changeSensitivity(userId, sensitivity);
    }
}
