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
 * Compares tables of two builds: counts and sums of the rows' hashes, which no order can change; row by row only where
 * those differ. In one snapshot in which both stand at the same offsets.
 *
 * <p>Rows of users who have no key any more are left out on both sides: what is erased is not read again, and is missed
 * by nobody.
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
            SELECT count(*), coalesce(sum(hash_record_extended(ROW(@columns), 0)), 0)::text FROM @table t WHERE @kept
            """;

    private static final String ROWS = """
            WITH differing AS (
                SELECT b.h IS NULL AS added, n.h IS NULL AS missing, ROW(@keys)::text AS key
                FROM (SELECT @keys, hash_record_extended(ROW(@columns), 0) AS h FROM @before t WHERE @kept) b
                    FULL JOIN (SELECT @keys, hash_record_extended(ROW(@columns), 0) AS h FROM @next t WHERE @kept) n
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

    /** Returns what became of each table that both builds have; one that only one has counts as no such rows. */
    List<ComparisonReport.Table> compare(Build before, Tables placeBefore, Build next, Tables placeNext)
            throws SQLException {
        List<ComparisonReport.Table> compared = new ArrayList<>();
        for (String table : next.tables()) {
            if (before.tables().contains(table)) {
                compared.add(compare(table, placeBefore.qualifiedName(table), placeNext.qualifiedName(table)));
            } else {
                long rows = sum("1", placeNext.qualifiedName(table), "true").rows();
                compared.add(new ComparisonReport.Table(table, 0, rows, false, 0, rows, 0, List.of()));
            }
        }
        for (String table : before.tables()) {
            if (!next.tables().contains(table)) {
                long rows = sum("1", placeBefore.qualifiedName(table), "true").rows();
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
        String kept = common.containsKey("user_id") ? HAS_KEY : "true";
        boolean sameColumns = columnsBefore.equals(columnsNext);
        Sum sumBefore = sum(columns, before, kept);
        Sum sumNext = sum(columns, next, kept);
        if (sumBefore.equals(sumNext) || keys.isEmpty()) {
            long changed = sumBefore.equals(sumNext) ? 0 : Math.min(sumBefore.rows(), sumNext.rows());
            return new ComparisonReport.Table(
                    table, sumBefore.rows(), sumNext.rows(), sameColumns, 0, 0, changed, List.of());
        }
        String sql = ROWS.replace("@keys", keys)
                .replace("@columns", columns)
                .replace("@before", before)
                .replace("@next", next)
                .replace("@kept", kept)
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

    private Sum sum(String columns, String table, String kept) throws SQLException {
        String sql = SUM.replace("@columns", columns).replace("@table", table).replace("@kept", kept);
        try (PreparedStatement statement = connection.prepareStatement(sql);
                ResultSet row = statement.executeQuery()) {
            row.next();
            return new Sum(row.getLong(1), row.getString(2));
        }
    }
}
