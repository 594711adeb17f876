package dev.mindfulcode.apigateway.plugins;

import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.pluginhost.Capability;
import dev.mindfulcode.webkit.endpoints.Access;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestBodies;
import dev.mindfulcode.webkit.endpoints.RequestParameters;
import dev.mindfulcode.webkit.json.Json;
import dev.mindfulcode.webkit.json.JsonFields;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /api/plugins}, and {@code /api/admin/plugins} for plugins of every user. */
final class PluginRoutes {

    private static final int NAME_LENGTH_MAX = 32;

    /** Bytes of a request in addition to the base64 module. */
    private static final int MANIFEST_BYTES_MAX = 64 * 1024;

    private final Plugins plugins;
    private final SharedPlugins shared;
    private final int moduleBytesMax;

    PluginRoutes(Plugins plugins, SharedPlugins shared, int moduleBytesMax) {
        this.plugins = plugins;
        this.shared = shared;
        this.moduleBytesMax = moduleBytesMax;
    }

    void addTo(Endpoints endpoints) {
        endpoints
                .add(
                        Endpoint.post("/api/plugins")
                                .idempotent()
                                .problems(
                                        ProblemType.PLUGIN_REFUSED,
                                        ProblemType.PLUGIN_EXISTS,
                                        ProblemType.LIMIT_REACHED),
                        this::upload)
                .add(Endpoint.get("/api/plugins"), this::list)
                .add(Endpoint.get("/api/plugins/{id}"), this::get)
                .add(Endpoint.delete("/api/plugins/{id}"), this::remove)
                .add(Endpoint.put("/api/plugins/{id}/install"), this::install)
                .add(
                        Endpoint.get("/api/admin/plugins").access(Access.OPERATOR),
                        _ -> shared.list().flatMap(all -> JsonResponses.ok(new AllShared(all))))
                .add(
                        Endpoint.post("/api/admin/plugins")
                                .access(Access.OPERATOR)
                                .problems(ProblemType.PLUGIN_REFUSED, ProblemType.PLUGIN_EXISTS),
                        this::installShared);
    }

    private Mono<ServerResponse> upload(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller ->
                        body(request).flatMap(body -> plugins.upload(caller.userId(), manifest(body), module(body))))
                .flatMap(uploaded -> JsonResponses.json(uploaded.isNew() ? 201 : 200, uploaded.plugin()));
    }

    private Mono<ServerResponse> installShared(ServerRequest request) {
        return body(request)
                .flatMap(body -> shared.install(manifest(body), module(body)))
                .flatMap(installed -> JsonResponses.json(installed.isNew() ? 201 : 200, new Id(installed.pluginId())));
    }

    private Mono<JsonFields> body(ServerRequest request) {
        return RequestBodies.large(request, moduleBytesMax * 4 / 3 + MANIFEST_BYTES_MAX, "manifest", "module");
    }

    private Mono<ServerResponse> list(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> plugins.list(caller.userId()))
                .flatMap(all -> JsonResponses.ok(new All(all)));
    }

    private Mono<ServerResponse> get(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> plugins.find(caller.userId(), pluginId(request)))
                .flatMap(JsonResponses::ok);
    }

    private Mono<ServerResponse> remove(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> plugins.remove(caller.userId(), pluginId(request)))
                .then(Mono.defer(() -> ServerResponse.noContent().build()));
    }

    private Mono<ServerResponse> install(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> RequestBodies.object(request, "capabilities")
                        .flatMap(body -> plugins.install(caller.userId(), pluginId(request), capabilities(body))))
                .flatMap(JsonResponses::ok);
    }

    private static byte[] manifest(JsonFields body) {
        body.required("manifest", body.object("manifest"));
        return Json.bytes(body.members("manifest"));
    }

    private byte[] module(JsonFields body) {
        String base64 = body.requiredLines("module", moduleBytesMax * 4 / 3 + 4);
        try {
            return Base64.getDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw body.invalid("module", "Must be a WebAssembly module in base64.");
        }
    }

    private static List<String> capabilities(JsonFields body) {
        List<String> names =
                body.required("capabilities", body.texts("capabilities", Capability.values().length, NAME_LENGTH_MAX));
        for (int i = 0; i < names.size(); i++) {
            if (Capability.ofName(names.get(i)) == null) {
                throw body.invalid("capabilities[" + i + "]", "Unknown capability.");
            }
        }
        return names;
    }

    private static UUID pluginId(ServerRequest request) {
        return RequestParameters.pathId(request, "id");
    }

    private record All(List<Plugins.Plugin> plugins) {}

    private record AllShared(List<SharedPlugins.Listed> plugins) {}

    private record Id(UUID pluginId) {}
}
