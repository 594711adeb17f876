package dev.mindfulcode.projectionservice.rebuild;

import static java.util.stream.Collectors.joining;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The comparison of a build with the one in use. Contains no personal data: a differing row is identified by a hash of
 * its key.
 *
 * @param refusal why there is no cut-over, or null
 * @param truncatedRecords number of records that retention deleted, by topic
 * @param rejected records that could not be applied
 */
record ComparisonReport(
        @Nullable String refusal, List<Table> tables, Map<String, Long> truncatedRecords, long rejected) {

    /**
     * The comparison of one table.
     *
     * @param sameColumns whether both have the same columns; only common columns are compared
     * @param missing rows that only the build in use has
     * @param added rows that only the new build has
     * @param changed rows with the same key and other values
     * @param examples hashes of keys of differing rows
     */
    record Table(
            String name,
            long rowsBefore,
            long rows,
            boolean sameColumns,
            long missing,
            long added,
            long changed,
            List<String> examples) {

        boolean isIdentical() {
            return sameColumns && rowsBefore == rows && missing == 0 && added == 0 && changed == 0;
        }
    }

    static ComparisonReport refused(String why) {
        return new ComparisonReport(why, List.of(), Map.of(), 0);
    }

    boolean isIdentical() {
        return tables.stream().allMatch(Table::isIdentical);
    }

    ComparisonReport withRefusal(@Nullable String why) {
        return new ComparisonReport(why, tables, truncatedRecords, rejected);
    }

    /** Returns JSON. No string needs escaping: all are identifiers, hashes or constants. */
    String json() {
        return "{\"identical\": " + (!tables.isEmpty() && isIdentical())
                + (refusal == null ? "" : ", \"refusal\": \"" + refusal + '"')
                + ", \"rejected\": " + rejected
                + ", \"cut\": {"
                + new TreeMap<>(truncatedRecords)
                        .entrySet().stream()
                                .map(topic -> '"' + topic.getKey() + "\": " + topic.getValue())
                                .collect(joining(", "))
                + "}, \"tables\": ["
                + tables.stream().map(ComparisonReport::json).collect(joining(", ")) + "]}";
    }

    private static String json(Table table) {
        return "{\"table\": \"" + table.name() + "\", \"identical\": " + table.isIdentical() + ", \"rows_before\": "
                + table.rowsBefore() + ", \"rows\": " + table.rows() + ", \"same_columns\": " + table.sameColumns()
                + ", \"missing\": " + table.missing() + ", \"added\": " + table.added() + ", \"changed\": "
                + table.changed() + ", \"examples\": ["
                + table.examples().stream().map(hash -> '"' + hash + '"').collect(joining(", ")) + "]}";
    }
}
