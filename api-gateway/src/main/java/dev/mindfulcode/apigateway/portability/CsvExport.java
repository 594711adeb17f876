package dev.mindfulcode.apigateway.portability;

import dev.mindfulcode.apigateway.http.CsvCell;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/**
 * A zip with a CSV file (RFC 4180) a table, a description of all columns, and at its end {@code export.json} with the
 * mark that it is complete. Text is quoted, numbers and nulls are not; lists are separated by spaces.
 */
final class CsvExport implements ExportWriter {

    static final String MANIFEST = "export.json";
    static final String COLUMNS = "columns.csv";

    private static final String BYTE_ORDER_MARK = "\uFEFF";
    private static final String LINE_END = "\r\n";
    private static final JsonMapper JSON = new JsonMapper();

    private final ZipOutputStream zip;
    private final UUID exportId;
    private final Instant at;
    private final String prefix;
    private final StringBuilder line = new StringBuilder();

    /** @param hasMark whether files begin with a byte order mark, which some programs need to detect UTF-8 */
    CsvExport(OutputStream out, UUID exportId, Instant at, boolean hasMark, List<Section> sections) throws IOException {
        this.zip = new ZipOutputStream(out, StandardCharsets.UTF_8);
        this.exportId = exportId;
        this.at = at;
        this.prefix = hasMark ? BYTE_ORDER_MARK : "";
        writeColumns(sections);
    }

    private void writeColumns(List<Section> sections) throws IOException {
        beginFile(COLUMNS, List.of("table", "column", "description"));
        for (Section section : sections) {
            for (Table table : section.tables()) {
                writeLine(Arrays.asList(table.name(), null, table.description()));
                for (Table.Column column : table.columns()) {
                    writeLine(List.of(table.name(), column.name(), column.description()));
                }
            }
        }
        zip.closeEntry();
    }

    @Override
    public void begin(Section section) throws IOException {
        Table table = section.tables().getFirst();
        beginFile(
                table.name() + ".csv",
                table.columns().stream().map(Table.Column::name).toList());
    }

    private void beginFile(String name, List<String> header) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        entry.setTime(at.toEpochMilli());
        zip.putNextEntry(entry);
        write(prefix);
        writeLine(header);
    }

    @Override
    public void write(Row row) throws IOException {
        writeLine(row.values());
    }

    @Override
    public void end() throws IOException {
        zip.closeEntry();
    }

    @Override
    public void complete(Map<String, Long> rows, long unreadable) throws IOException {
        ZipEntry entry = new ZipEntry(MANIFEST);
        entry.setTime(at.toEpochMilli());
        zip.putNextEntry(entry);
        write("{\"format\":\"" + JsonExport.FORMAT + "\",\"version\":" + JsonExport.VERSION + ",\"export_id\":\""
                + exportId + "\",\"exported_at\":\"" + at + "\",\"rows\":" + JSON.writeValueAsString(rows)
                + ",\"unreadable\":" + unreadable + ",\"complete\":true}\n");
        zip.closeEntry();
        zip.finish();
    }

    private void writeLine(List<?> values) throws IOException {
        line.setLength(0);
        for (int i = 0; i < values.size(); i++) {
            append(i == 0 ? "" : ",", values.get(i));
        }
        write(line.append(LINE_END).toString());
    }

    private void append(String separator, @Nullable Object value) {
        line.append(separator);
        switch (value) {
            case Number number -> line.append(number);
            case Boolean bool -> line.append(bool);
            case int[] numbers ->
                quote(Arrays.stream(numbers).mapToObj(Integer::toString).collect(Collectors.joining(" ")));
            case List<?> texts -> quote(texts.stream().map(String::valueOf).collect(Collectors.joining(" ")));
            case null -> {
                // Null is an empty cell, an empty text is "".
            }
            default -> quote(value.toString());
        }
    }

    private void quote(String text) {
        line.append('"').append(CsvCell.text(text).replace("\"", "\"\"")).append('"');
    }

    private void write(String text) throws IOException {
        zip.write(text.getBytes(StandardCharsets.UTF_8));
    }
}
