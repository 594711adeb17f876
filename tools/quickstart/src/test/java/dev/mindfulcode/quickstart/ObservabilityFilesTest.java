package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.yaml.snakeyaml.Yaml;
import tools.jackson.databind.JsonNode;

/**
 * Checks alert rules and dashboards without a server: each names metrics that docs/metrics.md lists, and each alert has
 * a test and a section of docs/alerts.md. {@code deploy/observability/verify} queries a real Prometheus.
 */
class ObservabilityFilesTest {

    private static final Path FOLDER = ModuleTable.PROJECT.resolve("deploy/observability");
    private static final Path RULES = FOLDER.resolve("prometheus/rules/mindful.yml");
    private static final Path RULE_TESTS = FOLDER.resolve("prometheus/tests/mindful.yml");

    /** Everything of a query but names: labels, grouping, ranges, functions and numbers. */
    private static final Pattern NO_NAME = Pattern.compile("\\{[^}]*}|\"[^\"]*\"|\\[[^]]*]"
            + "|\\b(by|without|on|ignoring)\\s*\\([^)]*\\)|\\b[a-z_0-9]+(?=\\s*\\()|\\b(and|or|unless|bool)\\b"
            + "|\\b(sum|min|max|avg|count)\\b");

    private static final Pattern NAME = Pattern.compile("\\b[a-z_][a-z0-9_]*\\b");
    private static final String TARGET_UP = "up";

    @Test
    void queriesOfDashboardsNameListedMetrics() throws IOException {
        List<String> queries = new ArrayList<>();
        for (Path dashboard : dashboards()) {
            for (JsonNode panel :
                    TestUser.JSON.readTree(Files.readString(dashboard)).path("panels")) {
                assertThat(panel.path("targets")).as(panel.toString()).isNotEmpty();
                panel.path("targets")
                        .forEach(target -> queries.add(target.path("expr").asString()));
            }
        }

        assertThat(queries).hasSizeGreaterThan(60);
        assertNamesListedMetrics(queries);
    }

    @Test
    void alertsNameListedMetrics() throws IOException {
        assertNamesListedMetrics(alerts().stream()
                .map(alert -> String.valueOf(alert.get("expr")))
                .toList());
    }

    @Test
    void everyAlertIsTestedAndExplained() throws IOException {
        Set<String> alerts = alerts().stream()
                .map(alert -> String.valueOf(alert.get("alert")))
                .collect(Collectors.toSet());
        String page = Files.readString(ModuleTable.PROJECT.resolve("docs/alerts.md"));

        assertThat(alerts).hasSizeGreaterThan(15);
        assertThat(Pattern.compile("alertname: (\\w+)")
                        .matcher(Files.readString(RULE_TESTS))
                        .results()
                        .map(match -> match.group(1))
                        .collect(Collectors.toSet()))
                .isEqualTo(alerts);
        assertThat(Pattern.compile("(?m)^### (\\w+)$").matcher(page).results().map(match -> match.group(1)))
                .containsExactlyInAnyOrderElementsOf(alerts);
        assertThat(page.split("(?m)^### ", -1))
                .filteredOn(
                        section -> alerts.contains(section.lines().findFirst().orElse("")))
                .allSatisfy(section -> assertThat(section).contains("**Cause.**", "**Cure.**"));
    }

    @Test
    void alertsHaveASeverityThatIsRouted() throws IOException {
        assertThat(alerts())
                .allSatisfy(alert ->
                        assertThat(String.valueOf(alert.get("labels"))).matches("\\{severity=(page|ticket|info)}"));
    }

    @Test
    void dashboardsCanBeTakenOverByGrafana() throws IOException {
        Set<String> ids = new TreeSet<>();
        for (Path file : dashboards()) {
            JsonNode dashboard = TestUser.JSON.readTree(Files.readString(file));
            assertThat(ids.add(dashboard.path("uid").asString())).isTrue();
            Set<Integer> panels = new LinkedHashSet<>();
            for (JsonNode panel : dashboard.path("panels")) {
                assertThat(panels.add(panel.path("id").asInt())).isTrue();
                assertThat(panel.path("datasource").path("uid").asString()).isEqualTo("prometheus");
                assertThat(panel.path("title").asString()).isNotBlank();
            }
        }
        assertThat(ids).hasSizeGreaterThan(3);
        assertThat(Files.readString(FOLDER.resolve("grafana/provisioning/datasources/prometheus.yml")))
                .contains("uid: prometheus");
    }

    @Test
    void findsNamesInQueries() {
        assertThat(names("sum by (le, route) (rate(a_total{b=~\"c|d\"}[5m])) / on (job) vector(0) and e > 0.5"))
                .containsExactlyInAnyOrder("a_total", "e");
    }

    private static void assertNamesListedMetrics(List<String> queries) throws IOException {
        Set<String> listed = MetricsPage.read().keySet();
        assertThat(listed).hasSizeGreaterThan(70);
        assertThat(queries)
                .allSatisfy(query -> assertThat(names(query))
                        .as(query)
                        .isNotEmpty()
                        .allSatisfy(name -> assertThat(
                                        name.equals(TARGET_UP) || listed.contains(MetricsPage.family(name, listed)))
                                .as(name)
                                .isTrue()));
    }

    private static Set<String> names(String query) {
        return NAME.matcher(NO_NAME.matcher(query).replaceAll(" "))
                .results()
                .map(match -> match.group())
                .collect(Collectors.toSet());
    }

    private static List<Path> dashboards() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER.resolve("grafana/dashboards"))) {
            return files.filter(file -> file.toString().endsWith(".json"))
                    .sorted()
                    .toList();
        }
    }

    private static List<Map<String, Object>> alerts() throws IOException {
        Map<String, List<Map<String, List<Map<String, Object>>>>> file = new Yaml().load(Files.readString(RULES));
        return file.getOrDefault("groups", List.of()).stream()
                .flatMap(group -> group.getOrDefault("rules", List.of()).stream())
                .toList();
    }
}
