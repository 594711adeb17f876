package dev.mindfulcode.projectionservice.fold;

import java.util.regex.Pattern;

/**
 * Where a projection's tables are: in the schema that is read, or in one of their own while they are built.
 *
 * @param schema a lower-case SQL identifier
 */
public record Tables(String schema) {

    private static final Pattern SCHEMA = Pattern.compile("[a-z][a-z0-9_]{0,62}");
    private static final Pattern PLACE = Pattern.compile("\\{([a-z_]+)}");

    public Tables {
        if (!SCHEMA.matcher(schema).matches()) {
            throw new IllegalArgumentException("no lower-case SQL identifier: " + schema);
        }
    }

    public String qualifiedName(String table) {
        return schema + '.' + table;
    }

    /** Puts the tables' full names where the text says {@code {table}}. */
    public String qualify(String sql) {
        return PLACE.matcher(sql).replaceAll(match -> qualifiedName(match.group(1)));
    }
}
