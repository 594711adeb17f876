package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import dev.mindfulcode.apigateway.TypedHistory.Typed;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Runs end to end, from the request to the rows, compared with a Java reference. */
class AnalyticsApiTest {

    private static final Path PLUGINS = Path.of("..", "plugins");

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;
    private final User ada = gateway.user();
    private final TypedHistory history = new TypedHistory(gateway, ada);
    private final Random random = new Random(7);
    private final Instant begun = Instant.now().truncatedTo(ChronoUnit.MILLIS).minus(Duration.ofDays(9));

    @BeforeEach
    void install() throws Exception {
        install(upload("typing-fatigue"), "[\"keystroke_intervals\", \"emit_results\"]");
    }

    @AfterEach
    void close() {
        for (JsonNode run : api.get("/api/analytics", ada.token()).json().path("runs")) {
            String path = "/api/analytics/" + run.path("run_id").asString();
            if (api.delete(path, ada.token()).status() == 200) {
                api.delete(path, ada.token());
            }
        }
        history.close();
    }

    @Test
    void foldsHistoryInTimeOrderThenLiveRecords() {
        List<Typed> typed = sessions(4, 60);
        List<Typed> arrived = new ArrayList<>(typed);
        arrived.addAll(typed.subList(0, 30));
        Collections.shuffle(arrived, random);
        Instant received = begun.plus(Duration.ofDays(8));
        for (Typed each : arrived) {
            history.write(each, received);
        }
        String run = start("{\"plugin\": \"typing-fatigue\", \"scope\": \"own\"}");
        await(run, "live");

        assertRows(run, typed);
        JsonNode state = api.get(run, ada.token()).json();
        assertThat(state.path("records").asInt()).isEqualTo(typed.size());
        assertThat(state.path("results").asInt()).isEqualTo(4);
        assertThat(state.path("plugin_version").asString()).isEqualTo("1.0.0");

        List<Typed> more = TypedHistory.session(random, Instant.now().minus(Duration.ofHours(2)), 60);
        more.forEach(each -> history.write(each, Instant.now()));
        typed.addAll(more);
        Eventually.holds(() -> rows(run).size() == 5
                && rows(run)
                                .getOrDefault(more.getFirst().sessionId().toString(), state)
                                .path("keystrokes")
                                .asInt()
                        == 3_000);
        assertRows(run, typed);
    }

    @Test
    void finishesRunWithPastEndAndStreamsProgress() {
        List<Typed> typed = sessions(3, 60);
        typed.forEach(each -> history.write(each, each.startedAt().plusSeconds(60)));
        Instant to = typed.get(120).startedAt();
        String run = start("{\"plugin\": \"typing-fatigue\", \"from\": \"%s\", \"to\": \"%s\"}"
                .formatted(typed.get(60).startedAt(), to));
        EventStreamClient events = EventStreamClient.open(
                api, api.request(run + "/progress", ada.token()).GET().build());
        List<String> lines = new ArrayList<>();
        for (String line = events.nextLine(); !line.equals("END"); line = events.nextLine()) {
            lines.add(line);
        }
        assertThat(lines).contains("event:run");
        assertThat(lines.stream()
                        .filter(line -> line.startsWith("data:"))
                        .toList()
                        .getLast())
                .contains("\"status\":\"finished\"");
        assertRows(run, typed.subList(60, 120));
    }

    @Test
    void pagesRows() {
        sessions(3, 60).forEach(each -> history.write(each, each.startedAt().plusSeconds(60)));
        String run = start("{\"plugin\": \"typing-fatigue\"}");
        await(run, "live");
        List<String> keys = new ArrayList<>();
        String cursor = "";
        do {
            JsonNode page = api.get(run + "?limit=2" + cursor, ada.token()).json();
            page.path("rows").forEach(row -> keys.add(row.path("key").asString()));
            cursor = page.has("next_cursor")
                    ? "&cursor=" + page.path("next_cursor").asString()
                    : "";
        } while (!cursor.isEmpty());
        assertThat(keys).hasSize(3).isSorted().doesNotHaveDuplicates();
    }

    @Test
    void exportsAllRows() throws Exception {
        sessions(3, 60).forEach(each -> history.write(each, each.startedAt().plusSeconds(60)));
        String run = start("{\"plugin\": \"typing-fatigue\"}");
        await(run, "live");
        Map<String, JsonNode> found = rows(run);
        String key = found.keySet().iterator().next();
        gateway.execute("update readmodel.analytics_results"
                + " set value = value || '{\"=note\": \"=cmd()\", \"more\": [1, \"a,b\"],"
                + " \"loss\": -1.5, \"wide\": \"＝1\", \"line\": \"a\\nb;=1\"}'"
                + " where key = '" + key + "'");

        Answer document = api.get(run + "/export", ada.token());
        Map<String, JsonNode> exported = new TreeMap<>();
        document.json().path("rows").forEach(row -> exported.put(row.path("key").asString(), row.path("value")));
        assertThat(exported).isEqualTo(rows(run)).hasSize(3);
        assertThat(document.json().path("plugin").asString()).isEqualTo("typing-fatigue");
        assertThat(document.header("Content-Disposition")).endsWith(".json\"");

        Answer table = api.get(run + "/export?format=csv", ada.token());
        assertThat(table.header("Content-Type")).startsWith("text/csv");
        String csv = new String(table.body(), StandardCharsets.UTF_8);
        assertThat(csv).endsWith("\r\n");
        List<String> lines = List.of(csv.split("\r\n"));
        assertThat(lines).hasSize(4);
        assertThat(lines.getFirst())
                .startsWith("\"key\",\"'=note\",")
                .contains(",\"interval_drift_ms\",")
                .contains(",\"loss\"")
                .contains(",\"more\"");
        assertThat(lines)
                .filteredOn(line -> line.startsWith('"' + key + '"'))
                .singleElement()
                .asString()
                .startsWith('"' + key + "\",\"'=cmd()\",")
                .contains("\"[1,\"\"a,b\"\"]\"", ",-1.5,", ",\"'＝1\"", ",\"a\nb;'=1\"");
        assertThat(api.get(run + "/export?format=xml", ada.token()).text("field"))
                .isEqualTo("format");
    }

    @Test
    void rejectsCsvWithTooManyColumns() throws Exception {
        sessions(1, 60).forEach(each -> history.write(each, each.startedAt().plusSeconds(60)));
        String run = start("{\"plugin\": \"typing-fatigue\"}");
        await(run, "live");
        gateway.execute("update readmodel.analytics_results set value ="
                + " (select jsonb_object_agg('name_' || i, i) from generate_series(1, 101) i) where run_id = '"
                + run.substring(run.lastIndexOf('/') + 1) + "'");
        assertThat(api.get(run + "/export?format=csv", ada.token()).text("field"))
                .isEqualTo("format");
        assertThat(api.get(run + "/export", ada.token()).status()).isEqualTo(200);
    }

    @Test
    void runsTwoVersionsSideBySide() throws Exception {
        List<Typed> typed = sessions(2, 60);
        typed.forEach(each -> history.write(each, each.startedAt().plusSeconds(60)));
        install(
                upload("typing-fatigue").replace("\"1.0.0\"", "\"1.1.0\""),
                "[\"keystroke_intervals\", \"emit_results\"]");
        String one = start("{\"plugin\": \"typing-fatigue@1.0.0\"}");
        String other = start("{\"plugin\": \"typing-fatigue\"}");
        await(one, "live");
        await(other, "live");
        assertThat(api.get(other, ada.token()).text("plugin_version")).isEqualTo("1.1.0");
        assertThat(rows(one)).isEqualTo(rows(other)).hasSize(2);
    }

    @Test
    void fencesLostRunAndRefoldsInNewOwner() throws Exception {
        List<Typed> typed = sessions(3, 60);
        typed.forEach(each -> history.write(each, each.startedAt().plusSeconds(60)));
        String run = start("{\"plugin\": \"typing-fatigue\"}");
        await(run, "live");
        Map<String, JsonNode> before = rows(run);
        UUID runId = UUID.fromString(run.substring(run.lastIndexOf('/') + 1));

        // As if another service had taken it and died.
        gateway.execute(
                "update readmodel.analytics_runs set held_by = ?, held_until = now() + interval '2 seconds',"
                        + " version = version + 100, status = 'waiting' where run_id = ?",
                UUID.randomUUID(),
                runId);
        assertThat(rows(run)).isEqualTo(before);
        await(run, "live");
        assertThat(rows(run)).isEqualTo(before);
        assertThat(gateway.count("select version from readmodel.analytics_runs where run_id = ?", runId))
                .isGreaterThan(100);
    }

    @Test
    void leavesOutDeletedSessions() {
        List<Typed> typed = sessions(3, 60);
        typed.forEach(each -> history.write(each, each.startedAt().plusSeconds(60)));
        history.delete(typed.getFirst().sessionId(), Instant.now());
        String run = start("{\"plugin\": \"typing-fatigue\"}");
        await(run, "live");
        assertRows(run, typed.subList(60, 180));

        history.delete(typed.get(60).sessionId(), Instant.now());
        Eventually.holds(() -> rows(run).size() == 1);
        assertRows(run, typed.subList(120, 180));
    }

    @Test
    void cancelledRunRetainsRowsUntilRemoved() throws Exception {
        sessions(1, 60).forEach(each -> history.write(each, each.startedAt().plusSeconds(60)));
        String run = start("{\"plugin\": \"typing-fatigue\"}");
        await(run, "live");

        Answer cancelled = api.delete(run, ada.token());
        assertThat(cancelled.status()).isEqualTo(200);
        assertThat(cancelled.text("status")).isEqualTo("cancelled");
        assertThat(rows(run)).hasSize(1);
        Map<String, JsonNode> before = rows(run);
        assertThat(api.post(run + "/rerun", ada.token(), "").status()).isEqualTo(202);
        Eventually.holds(() -> {
            assertThat(rows(run)).as("while it is folded again").isEqualTo(before);
            return api.get(run, ada.token()).text("status").equals("live");
        });
        assertThat(rows(run)).isEqualTo(before);
        api.delete(run, ada.token());
        assertThat(api.delete(run, ada.token()).status()).isEqualTo(204);
        api.get(run, ada.token()).isProblem(404, "not-found");
        UUID runId = UUID.fromString(run.substring(run.lastIndexOf('/') + 1));
        Eventually.holds(
                () -> gateway.count("select count(*) from readmodel.analytics_results where run_id = ?", runId) == 0);
    }

    @Test
    void removingPluginStopsRunAndRetainsRows() {
        sessions(1, 60).forEach(each -> history.write(each, each.startedAt().plusSeconds(60)));
        String run = start("{\"plugin\": \"typing-fatigue\"}");
        await(run, "live");
        String plugin = api.get(run, ada.token()).text("plugin_id");

        assertThat(api.delete("/api/plugins/" + plugin, ada.token()).status()).isEqualTo(204);
        await(run, "stopped");
        assertThat(api.get(run, ada.token()).text("reason")).contains("removed");
        assertThat(rows(run)).hasSize(1);
        api.post(run + "/rerun", ada.token(), "").isProblem(409, "plugin-not-installed");
    }

    @Test
    void revokingGrantStopsRun() {
        sessions(1, 60).forEach(each -> history.write(each, each.startedAt().plusSeconds(60)));
        String run = start("{\"plugin\": \"typing-fatigue\"}");
        await(run, "live");
        String plugin = api.get(run, ada.token()).text("plugin_id");

        api.put("/api/plugins/" + plugin + "/install", ada.token(), "{\"capabilities\": []}");
        await(run, "stopped");
        assertThat(api.get(run, ada.token()).text("reason")).contains("granted");
    }

    @Test
    void deletesRunsOfErasedUser() throws Exception {
        User eve = gateway.user();
        Answer made = api.post("/api/plugins", eve.token(), MinimalPlugin.named("eves"));
        String id = made.text("plugin_id");
        api.put("/api/plugins/" + id + "/install", eve.token(), "{\"capabilities\": [\"emit_results\"]}");
        Answer run = api.post("/api/analytics", eve.token(), "{\"plugin\": \"eves\"}");
        UUID runId = UUID.fromString(run.text("run_id"));
        Eventually.holds(
                () -> gateway.count("select count(*) from readmodel.analytics_runs where run_id = ?", runId) == 1);

        gateway.execute("delete from identity.users where user_id = ?", eve.id());
        Eventually.holds(
                () -> gateway.count("select count(*) from readmodel.analytics_runs where run_id = ?", runId) == 0);
    }

    @Test
    void disablesFailingPluginUntilGrantedAgain() throws Exception {
        String id = install(MinimalPlugin.trapping("traps"), "[\"emit_results\"]");
        String run = start("{\"plugin\": \"traps\"}");
        for (int failure = 1; failure <= 3; failure++) {
            await(run, "failed");
            assertThat(api.get(run, ada.token()).text("reason")).isEqualTo("init trapped: unreachable");
            int failures = failure;
            Eventually.holds(() -> api.get("/api/plugins/" + id, ada.token())
                            .json()
                            .path("failures")
                            .asInt()
                    == failures);
            if (failure < 3) {
                assertThat(api.post(run + "/rerun", ada.token(), "").status()).isEqualTo(202);
            }
        }
        JsonNode disabled = api.get("/api/plugins/" + id, ada.token()).json();
        assertThat(disabled.path("disabled").asBoolean()).isTrue();
        assertThat(disabled.path("last_failure").asString()).contains("unreachable");
        api.post(run + "/rerun", ada.token(), "").isProblem(409, "plugin-disabled");
        api.post("/api/analytics", ada.token(), "{\"plugin\": \"traps\"}").isProblem(409, "plugin-disabled");

        api.put("/api/plugins/" + id + "/install", ada.token(), "{\"capabilities\": [\"emit_results\"]}");
        assertThat(api.post(run + "/rerun", ada.token(), "").status()).isEqualTo(202);
    }

    @Test
    void endlessPluginRunsOutOfFuelWithoutBlockingOthers() {
        sessions(1, 60).forEach(each -> history.write(each, each.startedAt().plusSeconds(60)));
        install(MinimalPlugin.looping("loops"), "[\"emit_results\"]");
        List<String> looping = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            looping.add(start("{\"plugin\": \"loops\"}"));
        }
        String run = start("{\"plugin\": \"typing-fatigue\"}");
        await(run, "live");
        looping.forEach(each -> Eventually.holds(() -> !List.of("waiting", "replaying")
                .contains(api.get(each, ada.token()).text("status"))));
        assertThat(api.get(looping.getFirst(), ada.token()).text("reason")).startsWith("init used up its fuel");
    }

    @Test
    void limitsConcurrentRunsOfOneUser() throws Exception {
        sessions(1, 60).forEach(each -> history.write(each, each.startedAt().plusSeconds(60)));
        List<String> runs = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            runs.add(start("{\"plugin\": \"typing-fatigue\"}"));
            await(runs.getLast(), "live");
        }
        String fifth = start("{\"plugin\": \"typing-fatigue\"}");
        Eventually.holds(() ->
                api.get(fifth, ada.token()).json().path("reason").asString("").contains("4 active runs"));
        assertThat(api.get(fifth, ada.token()).text("status")).isEqualTo("waiting");

        api.delete(runs.getFirst(), ada.token());
        await(fifth, "live");
        assertThat(api.get(fifth, ada.token()).json().path("reason").isNull()
                        || api.get(fifth, ada.token()).json().path("reason").isMissingNode())
                .isTrue();
    }

    /** Delivers only windows of the user's team, and only to its leads. */
    @Test
    void foldsTeamWindowsForTeamLeads() throws Exception {
        String team = api.post("/api/teams", ada.token(), "{\"name\": \"a\"}").text("team_id");
        install(
                "{\"manifest\": {\"abi_version\": 1, \"name\": \"team-rows\", \"version\": \"1.0.0\","
                        + " \"scope\": \"team\", \"capabilities\": [\"team_windows\", \"emit_results\"]},"
                        + " \"module\": \""
                        + Base64.getEncoder().encodeToString(resource("team-rows.wasm")) + "\"}",
                "[\"team_windows\", \"emit_results\"]");
        String body = "{\"plugin\": \"team-rows\", \"scope\": \"team:" + team + "\"}";
        api.post("/api/analytics", ada.token(), body).isProblem(403, "plan-needed");
        gateway.execute("update identity.teams set plan = 'premium' where team_id = ?", UUID.fromString(team));
        api.post("/api/analytics", ada.token(), "{\"plugin\": \"team-rows\"}")
                .isProblem(400, "invalid-request")
                .withField("scope");
        api.post("/api/analytics", ada.token(), body.replace("team-rows", "typing-fatigue"))
                .isProblem(400, "invalid-request")
                .withField("scope");
        Instant hour = Instant.now().truncatedTo(ChronoUnit.HOURS).minus(Duration.ofHours(5));
        Instant day = Instant.now().truncatedTo(ChronoUnit.DAYS).minus(Duration.ofDays(2));
        window(team, "hour", hour, 27, 1_200);
        window(team, "hour", hour.plusSeconds(3_600), 0, 0);
        window(team, "day", day, 4, 600);
        window(UUID.randomUUID().toString(), "hour", hour, 27, 9_999);

        String run = start(body);
        await(run, "live");
        Map<String, JsonNode> rows = rows(run);
        assertThat(rows.keySet()).as("released windows only").containsExactly(hour.toEpochMilli() + "+60");
        JsonNode whole = row(rows, hour.toEpochMilli() + "+60");
        assertThat(whole.path("members").asInt()).as("in steps of five").isEqualTo(25);
        assertThat(whole.path("active_ms").asInt()).isEqualTo(1_200_000);
        assertThat(api.get(run, ada.token()).json().path("total").asInt()).isEqualTo(1);

        gateway.execute(
                "UPDATE readmodel.team_windows SET members = 6 WHERE team_id = ? AND size = 'day'",
                UUID.fromString(team));
        Eventually.holds(() -> rows(run).size() == 2);
        User bob = gateway.user();
        api.get(run, bob.token()).isProblem(404, "not-found");
        gateway.join(team, ada, bob, "member");
        api.get(run, bob.token()).isProblem(404, "not-found");
        gateway.execute("update identity.team_members set role = 'admin' where user_id = ?", bob.id());
        assertThat(api.get(run, bob.token()).status()).isEqualTo(200);
    }

    private void window(String team, String size, Instant start, int members, long activeSeconds) throws Exception {
        String insert = """
                INSERT INTO readmodel.team_windows (team_id, size, window_start, outcome, members_min, members,
                    active_seconds, active_seconds_margin, rho_micros, rho_month_micros, rho_month_max_micros)
                VALUES (?, ?, ?, 'released', 5, nullif(?, 0), ?, 60, 0, 0, 0)""";
        gateway.execute(insert, UUID.fromString(team), size, java.sql.Timestamp.from(start), members, activeSeconds);
    }

    private static byte[] resource(String name) throws IOException {
        try (var in = AnalyticsApiTest.class.getResourceAsStream(name)) {
            return Objects.requireNonNull(in).readAllBytes();
        }
    }

    private List<Typed> sessions(int sessions, int batches) {
        List<Typed> typed = new ArrayList<>();
        for (int i = 0; i < sessions; i++) {
            typed.addAll(TypedHistory.session(random, begun.plus(Duration.ofHours(5L * i)), batches));
        }
        return typed;
    }

    private String install(String upload, String capabilities) {
        Answer made = api.post("/api/plugins", ada.token(), upload);
        assertThat(made.status()).as(made.toString()).isEqualTo(201);
        String id = made.text("plugin_id");
        Answer granted =
                api.put("/api/plugins/" + id + "/install", ada.token(), "{\"capabilities\": " + capabilities + "}");
        assertThat(granted.status()).as(granted.toString()).isEqualTo(200);
        return id;
    }

    private String start(String body) {
        Answer started = api.post("/api/analytics", ada.token(), body);
        assertThat(started.status()).as(started.toString()).isEqualTo(202);
        return "/api/analytics/" + started.text("run_id");
    }

    private void await(String run, String status) {
        Eventually.holds(() -> api.get(run, ada.token()).text("status").equals(status));
    }

    private static JsonNode row(Map<String, JsonNode> rows, String key) {
        return Objects.requireNonNull(rows.get(key), key);
    }

    private Map<String, JsonNode> rows(String run) {
        Map<String, JsonNode> rows = new TreeMap<>();
        api.get(run + "?limit=500", ada.token())
                .json()
                .path("rows")
                .forEach(row -> rows.put(row.path("key").asString(), row.path("value")));
        return rows;
    }

    /** The same in two passes and about the means, where the plugin has sums. */
    private void assertRows(String run, List<Typed> typed) {
        Map<String, List<Typed>> sessions = new TreeMap<>();
        typed.forEach(each -> sessions.computeIfAbsent(each.sessionId().toString(), _ -> new ArrayList<>())
                .add(each));
        Map<String, JsonNode> rows = rows(run);
        assertThat(rows.keySet()).isEqualTo(sessions.keySet());
        sessions.forEach((id, batches) -> {
            List<double[]> all = new ArrayList<>();
            List<double[]> paced = new ArrayList<>();
            long activeMs = 0;
            for (Typed batch : batches) {
                for (int i = 0; i < batch.intervalsMs().length; i++) {
                    int interval = batch.intervalsMs()[i];
                    activeMs += interval <= 15_000 ? interval : 0;
                    all.add(new double[] {activeMs / 3_600_000.0, batch.keyClasses()[i] == 6 ? 100 : 0});
                    if (interval <= 1_000) {
                        paced.add(new double[] {activeMs / 3_600_000.0, interval});
                    }
                }
            }
            JsonNode row = row(rows, id);
            assertThat(row.path("keystrokes").asInt()).isEqualTo(all.size());
            assertThat(row.path("active_minutes").asLong()).isEqualTo(activeMs / 60_000);
            assertThat(row.path("interval_drift_ms").asDouble()).isCloseTo(slope(paced), within(0.0011));
            assertThat(row.path("corrections_drift_percent").asDouble()).isCloseTo(slope(all), within(0.0011));
        });
    }

    private static double slope(List<double[]> points) {
        double x = points.stream().mapToDouble(point -> point[0]).average().orElseThrow();
        double y = points.stream().mapToDouble(point -> point[1]).average().orElseThrow();
        double above = points.stream()
                .mapToDouble(point -> (point[0] - x) * (point[1] - y))
                .sum();
        return above
                / points.stream()
                        .mapToDouble(point -> (point[0] - x) * (point[0] - x))
                        .sum();
    }

    private static String upload(String name) throws IOException {
        Path folder = PLUGINS.resolve(name);
        return "{\"manifest\": " + Files.readString(folder.resolve("manifest.json")) + ", \"module\": \""
                + Base64.getEncoder().encodeToString(Files.readAllBytes(folder.resolve(name + ".wasm"))) + "\"}";
    }
}
