package dev.mindfulcode.apigateway.plugins;

import dev.mindfulcode.apigateway.http.Answers;
import dev.mindfulcode.apigateway.http.Bodies;
import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.apigateway.http.Json;
import dev.mindfulcode.apigateway.http.JsonFields;
import dev.mindfulcode.apigateway.http.Parameters;
import dev.mindfulcode.apigateway.http.Routes;
import dev.mindfulcode.pluginhost.Capability;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /api/plugins}. */
final class PluginRoutes {

    private static final int NAME_LENGTH_MAX = 32;

    /** Besides the module in base 64. */
    private static final int MANIFEST_BYTES_MAX = 64 * 1024;

    private final Plugins plugins;
    private final int moduleBytesMax;

    PluginRoutes(Plugins plugins, int moduleBytesMax) {
        this.plugins = plugins;
        this.moduleBytesMax = moduleBytesMax;
    }

    void addTo(Routes routes) {
        routes.post("/api/plugins", this::upload)
                .get("/api/plugins", this::list)
                .get("/api/plugins/{id}", this::get)
                .delete("/api/plugins/{id}", this::remove)
                .put("/api/plugins/{id}/install", this::install);
    }

    private Mono<ServerResponse> upload(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> Bodies.large(
                                request, moduleBytesMax * 4 / 3 + MANIFEST_BYTES_MAX, "manifest", "module")
                        .flatMap(body -> plugins.upload(caller.userId(), manifest(body), module(body))))
                .flatMap(uploaded -> Answers.json(uploaded.isNew() ? 201 : 200, uploaded.plugin()));
    }

    private Mono<ServerResponse> list(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> plugins.of(caller.userId()))
                .flatMap(all -> Answers.ok(new All(all)));
    }

    private Mono<ServerResponse> get(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> plugins.find(caller.userId(), pluginId(request)))
                .flatMap(Answers::ok);
    }

    private Mono<ServerResponse> remove(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> plugins.remove(caller.userId(), pluginId(request)))
                .then(Mono.defer(() -> ServerResponse.noContent().build()));
    }

    private Mono<ServerResponse> install(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> Bodies.object(request, "capabilities")
                        .flatMap(body -> plugins.install(caller.userId(), pluginId(request), capabilities(body))))
                .flatMap(Answers::ok);
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
            throw body.refused("module", "A WebAssembly module in base 64 is expected.");
        }
    }

    private static List<String> capabilities(JsonFields body) {
        List<String> names =
                body.required("capabilities", body.texts("capabilities", Capability.values().length, NAME_LENGTH_MAX));
        for (int i = 0; i < names.size(); i++) {
            if (Capability.ofName(names.get(i)) == null) {
                throw body.refused("capabilities[" + i + "]", "There is no such capability.");
            }
        }
        return names;
    }

    private static UUID pluginId(ServerRequest request) {
        return Parameters.pathId(request, "id");
    }

    private record All(List<Plugins.Plugin> plugins) {}
}
