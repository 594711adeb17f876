package dev.mindfulcode.webkit.endpoints;

import dev.mindfulcode.webkit.json.Json;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** JSON responses. */
public final class JsonResponses {

    private JsonResponses() {}

    public static Mono<ServerResponse> ok(Object value) {
        return json(200, value);
    }

    public static Mono<ServerResponse> json(int status, Object value) {
        return json(ServerResponse.status(status), value);
    }

    public static Mono<ServerResponse> json(ServerResponse.BodyBuilder response, Object value) {
        return response.contentType(MediaType.APPLICATION_JSON).bodyValue(Json.bytes(value));
    }
}
