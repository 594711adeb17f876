package dev.mindfulcode.apigateway.portability;

import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.webkit.endpoints.Endpoint;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestParameters;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import org.jspecify.annotations.Nullable;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /api/privacy/export}. */
final class ExportRoutes {

    static final String EXPORT_ID = "X-Export-Id";

    private static final MediaType ZIP = new MediaType("application", "zip");
    private static final DateTimeFormatter FILE_TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

    private final Exports exports;

    ExportRoutes(Exports exports) {
        this.exports = exports;
    }

    void addTo(Endpoints endpoints) {
        endpoints
                .add(Endpoint.get("/api/privacy/export").problems(ProblemType.LIMIT_REACHED), this::export)
                .add(Endpoint.get("/api/privacy/export/{id}"), this::progress);
    }

    private Mono<ServerResponse> export(ServerRequest request) {
        return Caller.of(request).flatMap(caller -> {
            ExportRun.Request wanted = wanted(request);
            return exports.start(caller.userId(), wanted).flatMap(started -> {
                boolean isJson = wanted.format() == ExportRun.Format.JSON;
                String name = "mindful-export-" + FILE_TIME.format(started.at()) + (isJson ? ".json" : ".zip");
                return ServerResponse.ok()
                        .contentType(isJson ? MediaType.APPLICATION_JSON : ZIP)
                        .header("Cache-Control", "no-store")
                        .header("Content-Disposition", "attachment; filename=\"" + name + "\"")
                        .header(EXPORT_ID, started.exportId().toString())
                        .body(started.file(), byte[].class);
            });
        });
    }

    private static ExportRun.Request wanted(ServerRequest request) {
        ExportRun.Format format = switch (textOr(request, "format", "json")) {
            case "json" -> ExportRun.Format.JSON;
            case "csv" -> ExportRun.Format.CSV;
            default -> throw ProblemType.INVALID_REQUEST.forField("format", "Must be json or csv.");
        };
        boolean hasMark = switch (textOr(request, "bom", "false")) {
            case "false" -> false;
            case "true" -> true;
            default -> throw ProblemType.INVALID_REQUEST.forField("bom", "Must be true or false.");
        };
        return new ExportRun.Request(format, hasMark);
    }

    private static String textOr(ServerRequest request, String name, String defaultValue) {
        @Nullable String text = RequestParameters.text(request, name);
        return text == null ? defaultValue : text;
    }

    private Mono<ServerResponse> progress(ServerRequest request) {
        return Caller.of(request)
                .flatMap(caller -> exports.find(caller.userId(), RequestParameters.pathId(request, "id")))
                .flatMap(JsonResponses::ok);
    }
}
