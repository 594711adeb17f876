package dev.mindfulcode.quickstart;

import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** The metrics that docs/metrics.md lists. */
final class MetricsPage {

    private static final Pattern ROW = Pattern.compile(
            "(?m)^\\| `([a-z0-9_]+)` \\| (counter|gauge|histogram|summary) \\| ([^|]+) \\| ([^|]*)\\| ([^|]+) \\|$");

    /** Parts of a family, besides its buckets; the largest value of the last minutes is a family of its own. */
    private static final Pattern SUFFIX = Pattern.compile("_(bucket|sum|count|max)$");

    private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-z0-9_]+)(?:\\{(.*)})? [^ ]+$");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"");
    private static final Set<String> OF_BUCKETS = Set.of("le", "quantile");

    private MetricsPage() {}

    /** Returns the labels of each family. */
    static Map<String, Set<String>> read() throws IOException {
        Map<String, Set<String>> families = new TreeMap<>();
        ROW.matcher(Files.readString(ModuleTable.PROJECT.resolve("docs/metrics.md")))
                .results()
                .forEach(row -> families.put(
                        row.group(1),
                        Arrays.stream(row.group(4).replace("`", "").split(","))
                                .map(String::strip)
                                .filter(label -> !label.isEmpty())
                                .collect(Collectors.toCollection(TreeSet::new))));
        return families;
    }

    /** Returns the labels of each family of a scrape, with histograms and summaries under their common names. */
    static Map<String, Set<String>> exposed(String scrape, Set<String> families) {
        Map<String, Set<String>> exposed = new TreeMap<>();
        SAMPLE.matcher(scrape).results().forEach(sample -> {
            Set<String> labels = exposed.computeIfAbsent(family(sample.group(1), families), _ -> new TreeSet<>());
            if (sample.group(2) != null) {
                LABEL.matcher(sample.group(2))
                        .results()
                        .map(label -> label.group(1))
                        .filter(label -> !OF_BUCKETS.contains(label))
                        .forEach(labels::add);
            }
        });
        return exposed;
    }

    /** Returns the family of a series: a name of the page, or the name itself. */
    static String family(String series, Set<String> families) {
        String common = SUFFIX.matcher(series).replaceFirst("");
        return !families.contains(series) && families.contains(common) ? common : series;
    }
}
