package dev.mindfulcode.projectionservice.fold;

import java.util.regex.Pattern;

/**
 * The schema of a projection's tables: the one that readers use, or the staging schema of a build.
 *
 * @param schema a lower-case SQL identifier
 */
public record Tables(String schema) {

    private static final Pattern SCHEMA = Pattern.compile("[a-z][a-z0-9_]{0,62}");
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([a-z_]+)}");

    public Tables {
        if (!SCHEMA.matcher(schema).matches()) {
            throw new IllegalArgumentException("Schema name is not a lower-case SQL identifier: " + schema);
        }
    }

    public String qualifiedName(String table) {
        return schema + '.' + table;
    }

    /** Replaces each {@code {table}} in the statement by the table's qualified name. */
    public String qualify(String sql) {
        return PLACEHOLDER.matcher(sql).replaceAll(match -> qualifiedName(match.group(1)));
    }
}
