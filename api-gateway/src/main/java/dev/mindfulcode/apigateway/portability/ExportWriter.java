package dev.mindfulcode.apigateway.portability;

import java.io.IOException;
import java.util.Map;

/** Writes an export in one format, row by row. Not thread-safe. */
interface ExportWriter {

    void begin(Section section) throws IOException;

    void write(Row row) throws IOException;

    void end() throws IOException;

    /**
     * Ends the file with the mark that it is complete.
     *
     * @param rows the number of rows of each table
     * @param unreadable records of the log that could not be read
     */
    void complete(Map<String, Long> rows, long unreadable) throws IOException;
}
