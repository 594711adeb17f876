package dev.mindfulcode.apigateway.portability;

import java.util.List;
import java.util.UUID;

/**
 * A part of an export that is written in one go.
 *
 * @param name of its array in JSON
 * @param tables more than one if its rows are in a common order
 */
record Section(String name, List<Table> tables, Source source) {

    /** Opens the rows of a user. */
    @FunctionalInterface
    interface Source {
        Rows open(UUID userId);
    }

    static Section of(Table table, Source source) {
        return new Section(table.name(), List.of(table), source);
    }
}
