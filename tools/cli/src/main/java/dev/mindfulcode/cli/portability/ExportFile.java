package dev.mindfulcode.cli.portability;

import dev.mindfulcode.cli.UserErrorException;
import dev.mindfulcode.cli.http.ApiClient;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.databind.JsonNode;

/** An exported JSON file, read in constant memory. */
final class ExportFile {

    private static final String FORMAT = "mindful-code-export";
    private static final int VERSION = 1;

    private final Path file;

    ExportFile(Path file) {
        this.file = file;
    }

    /**
     * Facts that an import needs before it begins.
     *
     * @param records rows of the log
     */
    record Summary(String accountId, String timeZone, long records) {}

    /** Receives a row of the log. */
    interface RecordVisitor {
        void visit(JsonNode row) throws IOException, InterruptedException;
    }

    /** @throws UserErrorException if the file is no complete export in this format */
    Summary summary() throws IOException, InterruptedException {
        String[] account = new String[2];
        long[] records = new long[1];
        String format = null;
        int version = 0;
        boolean isComplete = false;
        try (InputStream in = open();
                JsonParser parser = ApiClient.json().createParser(in)) {
            requireObject(parser);
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String member = parser.currentName();
                parser.nextToken();
                switch (member) {
                    case "format" -> format = parser.getString();
                    case "version" -> version = parser.getIntValue();
                    case "complete" -> isComplete = parser.getBooleanValue();
                    case "account" ->
                        rows(parser, row -> {
                            account[0] = row.path("user_id").asString("");
                            account[1] = row.path("time_zone").asString("");
                        });
                    case "log" -> records[0] = count(parser);
                    default -> parser.skipChildren();
                }
            }
        } catch (JacksonException e) {
            throw notAnExport();
        }
        if (!FORMAT.equals(format)) {
            throw notAnExport();
        }
        if (version != VERSION) {
            throw new UserErrorException(
                    file + " has version " + version + " of the format; this command reads version " + VERSION + ".");
        }
        if (!isComplete || account[0] == null || account[1] == null) {
            throw new UserErrorException(file + " is not complete. Export it again.");
        }
        return new Summary(account[0], account[1], records[0]);
    }

    /** Visits the rows of the log in their order. */
    void forEachRecord(RecordVisitor visitor) throws IOException, InterruptedException {
        try (InputStream in = open();
                JsonParser parser = ApiClient.json().createParser(in)) {
            requireObject(parser);
            while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
                String member = parser.currentName();
                parser.nextToken();
                if (member.equals("log")) {
                    rows(parser, visitor);
                } else {
                    parser.skipChildren();
                }
            }
        }
    }

    private InputStream open() throws IOException {
        return new BufferedInputStream(Files.newInputStream(file));
    }

    private void requireObject(JsonParser parser) {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw notAnExport();
        }
    }

    private static void rows(JsonParser parser, RecordVisitor visitor) throws IOException, InterruptedException {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            @Nullable JsonNode row = parser.readValueAsTree();
            if (row != null) {
                visitor.visit(row);
            }
        }
    }

    private static long count(JsonParser parser) {
        long rows = 0;
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            parser.skipChildren();
            rows++;
        }
        return rows;
    }

    private UserErrorException notAnExport() {
        return new UserErrorException(file + " is no JSON file of mindful export.");
    }
}
