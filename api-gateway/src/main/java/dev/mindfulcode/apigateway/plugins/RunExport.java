package dev.mindfulcode.apigateway.plugins;

import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.apigateway.http.CsvCell;
import dev.mindfulcode.webkit.endpoints.RequestParameters;
import dev.mindfulcode.webkit.json.Json;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.http.MediaType;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.dataformat.csv.CsvMapper;
import tools.jackson.dataformat.csv.CsvSchema;
import tools.jackson.dataformat.csv.CsvWriteFeature;

/**
 * Exports all rows of a run from one snapshot: as JSON, or as CSV (RFC 4180) with a column for each name in the rows.
 * Streams rows from the database.
 */
final class RunExport {

    /** Each row may have names of its own, so the size of a table is bounded by its columns. */
    static final int COLUMNS_MAX = 100;

    private static final MediaType CSV = new MediaType("text", "csv", StandardCharsets.UTF_8);
    private static final JsonMapper ROWS = new JsonMapper();

    /** Quotes all text, so that programs with other separators do not split it; numbers are unquoted. */
    private static final CsvMapper TABLES =
            CsvMapper.builder().enable(CsvWriteFeature.ALWAYS_QUOTE_STRINGS).build();

    /** RFC 4180, section 2, item 1. */
    private static final String LINE_END = "\r\n";

    private static final String KEY = "key";

    private final Runs runs;

    RunExport(Runs runs) {
        this.runs = runs;
    }

    Mono<ServerResponse> open(ServerRequest request) {
        return Caller.of(request).flatMap(caller -> {
            boolean isTable = isTable(request);
            UUID runId = RequestParameters.pathId(request, "id");
            return runs.find(caller.userId(), runId).flatMap(run -> isTable ? table(runId) : document(run));
        });
    }

    private static boolean isTable(ServerRequest request) {
        String format = RequestParameters.text(request, "format");
        return switch (format == null ? "json" : format) {
            case "json" -> false;
            case "csv" -> true;
            default -> throw ProblemType.INVALID_REQUEST.forField("format", "Must be json or csv.");
        };
    }

    private Mono<ServerResponse> document(Runs.Run run) {
        String head = new String(Json.bytes(run), StandardCharsets.UTF_8);
        Flux<String> rows = runs.allRows(run.runId()).map(row -> new String(Json.bytes(row), StandardCharsets.UTF_8));
        Flux<String> separated = rows.index().map(row -> row.getT1() == 0 ? row.getT2() : "," + row.getT2());
        return file(
                run.runId() + ".json",
                MediaType.APPLICATION_JSON,
                Flux.concat(
                        Flux.just(head.substring(0, head.length() - 1) + ",\"rows\":["), separated, Flux.just("]}")));
    }

    private Mono<ServerResponse> table(UUID runId) {
        return runs.columns(runId, COLUMNS_MAX + 1).flatMap(names -> {
            if (names.size() > COLUMNS_MAX) {
                return Mono.error(tooManyColumns());
            }
            CsvSchema.Builder columns =
                    CsvSchema.builder().setLineSeparator(LINE_END).addColumn(KEY);
            names.stream().filter(name -> !name.equals(KEY)).forEach(columns::addColumn);
            CsvSchema schema = columns.build();
            Flux<String> head = Flux.just(TABLES.writer(schema).writeValueAsString(header(names)));
            Flux<String> rows =
                    runs.allRows(runId).map(row -> TABLES.writer(schema).writeValueAsString(cells(row, names)));
            return file(runId + ".csv", CSV, head.concatWith(rows));
        });
    }

    private static Map<String, Object> header(List<String> names) {
        Map<String, Object> cells = new LinkedHashMap<>();
        cells.put(KEY, KEY);
        names.forEach(name -> cells.put(name, CsvCell.text(name)));
        return cells;
    }

    private static Map<String, Object> cells(Runs.ResultRow row, List<String> names) {
        JsonNode values = ROWS.readTree(row.value());
        Map<String, Object> cells = new LinkedHashMap<>();
        for (String name : names) {
            JsonNode value = values.path(name);
            if (value.isString() || value.isContainer()) {
                cells.put(name, CsvCell.text(value.isString() ? value.asString() : value.toString()));
            } else if (!value.isMissingNode() && !value.isNull()) {
                cells.put(name, value);
            }
        }
        cells.put(KEY, CsvCell.text(row.key()));
        return cells;
    }

    private static Mono<ServerResponse> file(String name, MediaType type, Flux<String> parts) {
        return ServerResponse.ok()
                .contentType(type)
                .header("Cache-Control", "no-store")
                .header("Content-Disposition", "attachment; filename=\"mindful-run-" + name + "\"")
                .body(parts.map(part -> part.getBytes(StandardCharsets.UTF_8)), byte[].class);
    }

    private static ProblemException tooManyColumns() {
        return ProblemType.INVALID_REQUEST.forField(
                "format", "The rows have more than " + COLUMNS_MAX + " names; use json.");
    }
}
