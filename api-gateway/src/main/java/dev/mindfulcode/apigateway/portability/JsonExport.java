package dev.mindfulcode.apigateway.portability;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * One JSON object with an array a table, a row a line. Rows of a section with several tables name their table. A
 * streaming parser reads it in constant memory; {@code complete} is its last member.
 */
final class JsonExport implements ExportWriter {

    static final String FORMAT = "mindful-code-export";
    static final int VERSION = 1;
    static final String TABLE = "table";

    private static final JsonMapper JSON = new JsonMapper();

    private final OutputStream out;
    private boolean isFirstRow;
    private boolean namesTables;

    JsonExport(OutputStream out, UUID exportId, Instant at) throws IOException {
        this.out = out;
        write("{\"format\":\"" + FORMAT + "\",\"version\":" + VERSION + ",\"export_id\":\"" + exportId
                + "\",\"exported_at\":\"" + at + "\"");
    }

    @Override
    public void begin(Section section) throws IOException {
        isFirstRow = true;
        namesTables = section.tables().size() > 1;
        write(",\n\"" + section.name() + "\":[");
    }

    @Override
    public void write(Row row) throws IOException {
        Map<String, @Nullable Object> members = new LinkedHashMap<>();
        if (namesTables) {
            members.put(TABLE, row.table().name());
        }
        List<Table.Column> columns = row.table().columns();
        for (int i = 0; i < columns.size(); i++) {
            members.put(columns.get(i).name(), value(row.values().get(i)));
        }
        write(isFirstRow ? "\n" : ",\n");
        out.write(JSON.writeValueAsBytes(members));
        isFirstRow = false;
    }

    private static @Nullable Object value(@Nullable Object value) {
        return switch (value) {
            case Number number -> number;
            case Boolean bool -> bool;
            case int[] numbers -> numbers;
            case List<?> texts -> texts;
            case null -> null;
            default -> value.toString();
        };
    }

    @Override
    public void end() throws IOException {
        write("]");
    }

    @Override
    public void complete(Map<String, Long> rows, long unreadable) throws IOException {
        write(",\n\"rows\":" + JSON.writeValueAsString(rows) + ",\"unreadable\":" + unreadable
                + ",\n\"complete\":true}\n");
    }

    private void write(String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
    }
}
