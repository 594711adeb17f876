package dev.mindfulcode.projectionservice.rebuild;

import static java.util.stream.Collectors.joining;

import dev.mindfulcode.projectionservice.fold.Tables;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Compares the tables of two builds by row counts and sums of row hashes, which do not depend on row order; row by row
 * only if those differ. Requires a snapshot in which both builds are at the same offsets.
 *
 * <p>Rows of users without a key are excluded on both sides: a rebuild does not read erased users' records.
 */
final class Comparison {

    private static final int EXAMPLES_MAX = 5;

    private static final String COLUMNS = """
            SELECT a.attname, format_type(a.atttypid, a.atttypmod),
                   coalesce(a.attnum = ANY (i.indkey::smallint[]), false) AS is_key
            FROM pg_attribute a LEFT JOIN pg_index i ON i.indrelid = a.attrelid AND i.indisprimary
            WHERE a.attrelid = ?::regclass AND a.attnum > 0 AND NOT a.attisdropped
            """;

    private static final String SUM = """
            SELECT count(*), coalesce(sum(hash_record_extended(ROW(@columns), 0)), 0)::text
            FROM @table t WHERE @included
            """;

    private static final String ROWS = """
            WITH differing AS (
                SELECT b.h IS NULL AS added, n.h IS NULL AS missing, ROW(@keys)::text AS key
                FROM (SELECT @keys, hash_record_extended(ROW(@columns), 0) AS h FROM @before t WHERE @included) b
                    FULL JOIN (
                        SELECT @keys, hash_record_extended(ROW(@columns), 0) AS h FROM @next t WHERE @included) n
                    USING (@keys)
                WHERE b.h IS DISTINCT FROM n.h)
            SELECT count(*) FILTER (WHERE missing), count(*) FILTER (WHERE added),
                   count(*) FILTER (WHERE NOT missing AND NOT added),
                   ARRAY (SELECT left(encode(sha256(convert_to(key, 'UTF8')), 'hex'), 16) FROM differing LIMIT @max)
            FROM differing
            """;

    private static final String HAS_KEY = "EXISTS (SELECT FROM protection.user_keys k WHERE k.user_id = t.user_id)";

    private final Connection connection;

    Comparison(Connection connection) {
        this.connection = connection;
    }

    private record Column(String type, boolean isKey) {}

    private record Sum(long rows, String hash) {}

    /** Returns the comparison of each table; a table that only one build has counts as empty in the other. */
    List<ComparisonReport.Table> compare(Build before, Tables currentTables, Build next, Tables nextTables)
            throws SQLException {
        List<ComparisonReport.Table> compared = new ArrayList<>();
        for (String table : next.tables()) {
            if (before.tables().contains(table)) {
                compared.add(compare(table, currentTables.qualifiedName(table), nextTables.qualifiedName(table)));
            } else {
                long rows = sum("1", nextTables.qualifiedName(table), "true").rows();
                compared.add(new ComparisonReport.Table(table, 0, rows, false, 0, rows, 0, List.of()));
            }
        }
        for (String table : before.tables()) {
            if (!next.tables().contains(table)) {
                long rows = sum("1", currentTables.qualifiedName(table), "true").rows();
                compared.add(new ComparisonReport.Table(table, rows, 0, false, rows, 0, 0, List.of()));
            }
        }
        return compared;
    }

    private ComparisonReport.Table compare(String table, String before, String next) throws SQLException {
        Map<String, Column> columnsBefore = columns(before);
        Map<String, Column> columnsNext = columns(next);
        Map<String, Column> common = new TreeMap<>(columnsNext);
        common.entrySet().retainAll(columnsBefore.entrySet());
        String columns = String.join(", ", common.keySet());
        String keys = common.entrySet().stream()
                .filter(column -> column.getValue().isKey())
                .map(Map.Entry::getKey)
                .collect(joining(", "));
        String included = common.containsKey("user_id") ? HAS_KEY : "true";
        boolean sameColumns = columnsBefore.equals(columnsNext);
        Sum sumBefore = sum(columns, before, included);
        Sum sumNext = sum(columns, next, included);
        if (sumBefore.equals(sumNext) || keys.isEmpty()) {
            long changed = sumBefore.equals(sumNext) ? 0 : Math.min(sumBefore.rows(), sumNext.rows());
            return new ComparisonReport.Table(
                    table, sumBefore.rows(), sumNext.rows(), sameColumns, 0, 0, changed, List.of());
        }
        String sql = ROWS.replace("@keys", keys)
                .replace("@columns", columns)
                .replace("@before", before)
                .replace("@next", next)
                .replace("@included", included)
                .replace("@max", Integer.toString(EXAMPLES_MAX));
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return new ComparisonReport.Table(
                    table,
                    sumBefore.rows(),
                    sumNext.rows(),
                    sameColumns,
                    row.getLong(1),
                    row.getLong(2),
                    row.getLong(3),
                    List.of((String[]) row.getArray(4).getArray()));
        }
    }

    private Map<String, Column> columns(String table) throws SQLException {
        Map<String, Column> columns = new TreeMap<>();
        try (PreparedStatement statement = connection.prepareStatement(COLUMNS)) {
            statement.setString(1, table);
            try (ResultSet row = statement.executeQuery()) {
                while (row.next()) {
                    columns.put(row.getString(1), new Column(row.getString(2), row.getBoolean(3)));
                }
            }
        }
        return columns;
    }

    private Sum sum(String columns, String table, String included) throws SQLException {
        String sql = SUM.replace("@columns", columns).replace("@table", table).replace("@included", included);
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return new Sum(row.getLong(1), row.getString(2));
        }
    }
}
