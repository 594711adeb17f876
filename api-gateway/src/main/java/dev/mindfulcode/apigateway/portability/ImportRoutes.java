package dev.mindfulcode.apigateway.portability;

import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoint.Feature;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestBodies;
import dev.mindfulcode.webkit.json.JsonFields;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.InstantSource;
import java.util.List;
import java.util.UUID;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code POST /api/privacy/import}: a part of an exported log, in its order. */
final class ImportRoutes {

    static final int BODY_BYTES_MAX = 1024 * 1024;

    private final Imports imports;
    private final InstantSource clock;

    ImportRoutes(Imports imports, InstantSource clock) {
        this.imports = imports;
        this.clock = clock;
    }

    void addTo(Endpoints endpoints) {
        endpoints.add(
                Endpoint.post("/api/privacy/import")
                        .with(Feature.UNTIMED)
                        .problems(ProblemType.SESSION_ID_TAKEN, ProblemType.FORBIDDEN),
                this::add);
    }

    private Mono<ServerResponse> add(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> RequestBodies.large(request, BODY_BYTES_MAX, "source", "records")
                        .flatMap(body -> imports.add(
                                caller.userId(), source(body, caller.userId()), records(body, caller.userId()))))
                .flatMap(JsonResponses::ok);
    }

    private static UUID source(JsonFields body, UUID userId) {
        UUID source = body.required("source", body.uuid("source"));
        if (source.equals(userId)) {
            throw body.invalid("source", "Must be another account: this one has these records.");
        }
        return source;
    }

    private List<ImportReader.Numbered> records(JsonFields body, UUID userId) {
        ImportReader reader = new ImportReader(userId, clock.instant());
        return body.required("records", body.objects("records", ImportReader.RECORDS_MAX)).stream()
                .map(reader::read)
                .toList();
    }
}
