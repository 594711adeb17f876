package dev.mindfulcode.projection.fold;

import java.util.regex.Pattern;

/**
 * Where a projection's tables are: {@code readmodel.flow_minutes}, or beside it under a suffix while it is being rebuilt.
 *
 * @param schema a lower-case SQL identifier
 * @param suffix empty, or the end of a lower-case SQL identifier
 */
public record Tables(String schema, String suffix) {

    private static final Pattern SCHEMA = Pattern.compile("[a-z][a-z0-9_]{0,30}");
    private static final Pattern SUFFIX = Pattern.compile("[a-z0-9_]{0,20}");
    private static final Pattern PLACE = Pattern.compile("\\{([a-z_]+)}");

    public Tables {
        if (!SCHEMA.matcher(schema).matches() || !SUFFIX.matcher(suffix).matches()) {
            throw new IllegalArgumentException("schema and suffix are parts of lower-case SQL identifiers");
        }
    }

    public String name(String table) {
        return schema + '.' + table + suffix;
    }

    /** Puts the tables' full names where the text says {@code {table}}. */
    public String in(String sql) {
        return PLACE.matcher(sql).replaceAll(match -> name(match.group(1)));
    }
}
