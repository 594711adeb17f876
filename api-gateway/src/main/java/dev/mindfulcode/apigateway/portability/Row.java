package dev.mindfulcode.apigateway.portability;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A row of a table.
 *
 * @param values one a column: text, numbers, booleans, ids, dates, instants, {@code int[]}, lists of text, or null
 */
record Row(Table table, List<@Nullable Object> values) {}
