package dev.mindfulcode.apigateway.portability;

import java.util.List;

/**
 * A table of an export: an array of objects in JSON, a file in CSV.
 *
 * @param name of the array, and of the file without its extension
 */
record Table(String name, String description, List<Column> columns) {

    record Column(String name, String description) {}

    /** @param columns one line a column: its name, spaces, its description */
    static Table of(String name, String description, String columns) {
        return new Table(
                name,
                description,
                columns.lines()
                        .map(line -> line.strip().split("\\s+", 2))
                        .map(parts -> new Column(parts[0], parts[1]))
                        .toList());
    }
}
