package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ImportApiTest {

    private static final String IMPORT = "/api/privacy/import";
    private static final Instant LAST_YEAR =
            Instant.now().minus(Duration.ofDays(400)).truncatedTo(ChronoUnit.MILLIS);

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;
    private final User ada = gateway.user();
    private final UUID source = UUID.randomUUID();
    private final UUID session = UUID.randomUUID();

    @Test
    void publishesRecordsOnceInTheirOrderAtTheirTimes() {
        String[] rows = {
            session(0, "started", LAST_YEAR, ", \"project\": \"old\""),
            batch(0, LAST_YEAR.plusSeconds(5), "LLX"),
            row(
                    "flow_ratings",
                    0,
                    "\"kind\": \"labelled\", \"feedback_id\": \"" + UUID.randomUUID() + "\", \"at\": \"" + LAST_YEAR
                            + "\", \"created_at\": \"" + LAST_YEAR + "\", \"flow\": 5"),
            row(
                    "account_events",
                    0,
                    "\"kind\": \"settings_changed\", \"at\": \"" + LAST_YEAR + "\", \"sensitivity\": 0.7"),
            row("account_events", 1, "\"kind\": \"joined_team\", \"at\": \"" + LAST_YEAR + "\""),
            session(1, "ended", LAST_YEAR.plusSeconds(60), "")
        };
        imports(5, 1, rows);
        imports(0, 6, rows);

        JsonNode log = api.get("/api/privacy/export", ada.token()).json().path("log");
        List<String> tables = IntStream.range(0, log.size())
                .mapToObj(i -> log.get(i).path("table").asString())
                .filter(table -> !table.equals("account_events"))
                .toList();
        assertThat(tables).containsExactly("session_events", "keystroke_batches", "flow_ratings", "session_events");
        JsonNode started = row(log, "session_events");
        assertThat(started.path("at").asString()).isEqualTo(LAST_YEAR.toString());
        assertThat(started.path("project").asString()).isEqualTo("old");
        assertThat(started.path("imported").asBoolean()).isTrue();
        String id = started.path("session_id").asString();
        assertThat(id)
                .isNotEqualTo(session.toString())
                .startsWith(session.toString().substring(0, 18));
        JsonNode batch = row(log, "keystroke_batches");
        assertThat(batch.path("session_id").asString()).isEqualTo(id);
        assertThat(batch.path("received_at").asString())
                .isEqualTo(LAST_YEAR.plusSeconds(5).toString());
        assertThat(batch.path("key_classes").asString()).isEqualTo("LLX");
        assertThat(batch.path("imported").asBoolean()).isTrue();
        assertThat(api.get("/api/account/preferences", ada.token())
                        .json()
                        .path("sensitivity")
                        .asDouble())
                .isEqualTo(0.7);
        Eventually.holds(
                () -> api.get("/api/sessions/" + id, ada.token()).text("status").equals("ended"));
        assertThat(api.get("/api/sessions/" + id, ada.token()).text("ended_at"))
                .isEqualTo(LAST_YEAR.plusSeconds(60).toString());
        api.post("/api/sessions/" + id + "/pause", ada.token(), "{}").isProblem(409, "session-ended");
    }

    @Test
    void givesEachAccountItsOwnSessions() {
        User bob = gateway.user();
        String started = session(0, "started", LAST_YEAR, "");
        imports(1, 0, started);
        assertThat(send(bob, source, started).json().path("imported").asInt()).isEqualTo(1);
        String adas = row(api.get("/api/privacy/export", ada.token()).json().path("log"), "session_events")
                .path("session_id")
                .asString();
        api.get("/api/sessions/" + adas, bob.token()).isProblem(404, "not-found");
    }

    @Test
    void rejectsWhatNoExportContains() {
        Instant future = Instant.now().plusSeconds(3_600);
        invalid("records[0].table", row("passwords", 0, ""));
        invalid("records[0].flavour", session(0, "started", LAST_YEAR, ", \"flavour\": 1"));
        invalid("records[0].at", session(0, "started", future, ""));
        invalid("records[0].at", session(0, "started", Instant.parse("2019-12-31T23:59:59Z"), ""));
        invalid("records[1].key_classes", session(0, "started", LAST_YEAR, ""), batch(0, LAST_YEAR, "L?X"));
        invalid("records[0].key_classes", batch(0, LAST_YEAR, "LLLL"));
        invalid(
                "records[0].started_at",
                batch(0, LAST_YEAR, "LLX")
                        .replace(
                                "\"started_at\": \"" + LAST_YEAR,
                                "\"started_at\": \"" + LAST_YEAR.minus(Duration.ofDays(33))));
        invalid(
                "records[0].intervals_ms",
                batch(0, LAST_YEAR, "LLX").replace("[0, 150, 160]", "[86400000, 86400000, 1]"));
        invalid("records[0].number", session(-1, "started", LAST_YEAR, ""));
        send(ada, ada.id(), session(0, "started", LAST_YEAR, ""))
                .isProblem(400, "invalid-request")
                .withField("source");
        String many = Stream.generate(() -> session(0, "started", LAST_YEAR, ""))
                .limit(501)
                .collect(Collectors.joining(","));
        send(ada, source, many).isProblem(400, "invalid-request").withField("records");
        assertThat(gateway.count("SELECT count(*) FROM gateway.session_owners WHERE user_id = ?", ada.id()))
                .isZero();
    }

    @Test
    void followsThePrivacySettingsOfTheAccount() {
        setting("{\"collection_level\": \"features\", \"excluded_projects\": [\"secret\"]}");
        send(ada, source, batch(0, LAST_YEAR, "LLX"))
                .isProblem(403, "forbidden")
                .withField("records[0]");
        send(ada, source, session(0, "started", LAST_YEAR, ", \"project\": \"Secret\""))
                .isProblem(403, "forbidden");
        imports(1, 0, session(0, "started", LAST_YEAR, ""));
        setting("{\"collection_level\": \"local\"}");
        send(ada, source, session(1, "ended", LAST_YEAR, "")).isProblem(403, "forbidden");
    }

    @Test
    void importsFeatureReports() {
        imports(2, 0, session(0, "started", LAST_YEAR, ""), report(0, LAST_YEAR.plusSeconds(5), 0.5));
        imports(0, 1, report(0, LAST_YEAR.plusSeconds(5), 0.5));

        JsonNode log = api.get("/api/privacy/export", ada.token()).json().path("log");
        JsonNode report = row(log, "feature_reports");
        assertThat(report.path("imported").asBoolean()).isTrue();
        assertThat(report.path("session_id").asString())
                .isEqualTo(row(log, "session_events").path("session_id").asString());
        assertThat(report.path("received_at").asString())
                .isEqualTo(LAST_YEAR.plusSeconds(65).toString());
        assertThat(report.path("keystrokes").asInt()).isEqualTo(120);
        assertThat(report.path("rhythm").asDouble()).isEqualTo(0.5);

        String good = report(1, LAST_YEAR, 0.5);
        invalid("records[0].rhythm", report(1, LAST_YEAR, 1.5));
        invalid("records[0].keystrokes", good.replace("\"keystrokes\": 120", "\"keystrokes\": -1"));
        invalid("records[0].duration_ms", good.replace("\"active_ms\": 50000", "\"active_ms\": 70000"));
        setting("{\"collection_level\": \"features\"}");
        imports(1, 0, good);
        setting("{\"collection_level\": \"local\"}");
        send(ada, source, report(2, LAST_YEAR, 0.5)).isProblem(403, "forbidden").withField("records[0]");
    }

    @Test
    void publishesOnceWhatTwoRequestsImportAtOnce() throws Exception {
        List<String> rows = new ArrayList<>();
        rows.add(session(0, "started", LAST_YEAR, ""));
        for (int i = 0; i < 50; i++) {
            rows.add(batch(i, LAST_YEAR.plusSeconds(10L * i), "LLX"));
        }
        String all = String.join(",", rows);
        imports(1, 0, rows.getFirst());
        send(ada, session, rows.getFirst());
        int imported = 0;
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Future<Answer>> answers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                UUID from = i % 2 == 0 ? source : session;
                answers.add(clients.submit(() -> send(ada, from, all)));
            }
            for (Future<Answer> answer : answers) {
                assertThat(answer.get().status()).as(answer.get().toString()).isEqualTo(200);
                imported += answer.get().json().path("imported").asInt();
            }
        }

        assertThat(imported).as("from two sources").isEqualTo(2 * 50);
        List<Integer> sequences = new ArrayList<>();
        api.get("/api/privacy/export", ada.token()).json().path("log").forEach(row -> {
            if (row.path("table").asString().equals("keystroke_batches")) {
                sequences.add(row.path("sequence").asInt());
            }
        });
        assertThat(sequences).hasSize(100);
        for (int i = 0; i < 50; i++) {
            assertThat(sequences).filteredOn(Predicate.isEqual(i)).hasSize(2);
        }
    }

    /** As for a session that an editor starts: the settings hold for what an import publishes. */
    @Test
    void excludesImportedSessionsWhenTheSettingsChange() {
        imports(2, 0, session(0, "started", LAST_YEAR, ", \"project\": \"Old\""), batch(0, LAST_YEAR, "LLX"));
        setting("{\"excluded_projects\": [\"old\"]}");
        assertThat(gateway.count(
                        "SELECT count(*) FROM gateway.session_owners WHERE user_id = ? AND excluded_by = 'project'",
                        ada.id()))
                .isEqualTo(1);
    }

    /** The import waits for the user's row, which the test holds, behind the change. */
    @Test
    void importsNothingThatAChangeMadeMeanwhileExcludes() throws Exception {
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
                Connection holding = gateway.connection()) {
            holding.setAutoCommit(false);
            holding.createStatement()
                    .execute("SELECT FROM identity.users WHERE user_id = '" + ada.id() + "' FOR NO KEY UPDATE");
            Future<?> change = clients.submit(() -> setting("{\"excluded_projects\": [\"old\"]}"));
            awaitLockWaits(1);
            Future<Answer> importing =
                    clients.submit(() -> send(ada, source, session(0, "started", LAST_YEAR, ", \"project\": \"Old\"")));
            awaitLockWaits(2);
            holding.rollback();
            change.get();
            importing.get().isProblem(403, "forbidden").withField("records[0]");
        }
        JsonNode log = api.get("/api/privacy/export", ada.token()).json().path("log");
        for (JsonNode row : log) {
            assertThat(row.path("table").asString()).isNotEqualTo("session_events");
        }
    }

    private void awaitLockWaits(int count) {
        Eventually.holds(() -> gateway.count("SELECT count(*) FROM pg_stat_activity"
                        + " WHERE datname = current_database() AND wait_event_type = 'Lock'")
                == count);
    }

    private void setting(String json) {
        assertThat(api.put("/api/privacy/settings", ada.token(), json).status()).isEqualTo(200);
    }

    private void invalid(String field, String... rows) {
        send(ada, source, String.join(",", rows))
                .isProblem(400, "invalid-request")
                .withField(field);
    }

    private void imports(int imported, int skipped, String... rows) {
        Answer answer = send(ada, source, String.join(",", rows));
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(answer.json().path("imported").asInt()).isEqualTo(imported);
        assertThat(answer.json().path("skipped").asInt()).isEqualTo(skipped);
    }

    private Answer send(User user, UUID from, String rows) {
        return api.post(IMPORT, user.token(), "{\"source\": \"" + from + "\", \"records\": [" + rows + "]}");
    }

    private static JsonNode row(JsonNode log, String table) {
        for (JsonNode row : log) {
            if (row.path("table").asString().equals(table)) {
                return row;
            }
        }
        throw new AssertionError("no row of " + table);
    }

    private String session(int number, String kind, Instant at, String more) {
        return row(
                "session_events",
                number,
                "\"session_id\": \"" + session + "\", \"kind\": \"" + kind + "\", \"at\": \"" + at
                        + "\", \"recorded_at\": \"" + at + "\"" + more);
    }

    private String batch(int number, Instant at, String classes) {
        return row(
                "keystroke_batches",
                number,
                "\"batch_id\": \"" + UUID.nameUUIDFromBytes(new byte[] {(byte) number}) + "\", \"session_id\": \""
                        + session + "\", \"sequence\": " + number + ", \"started_at\": \"" + at
                        + "\", \"received_at\": \"" + at + "\", \"intervals_ms\": [0, 150, 160], \"key_classes\": \""
                        + classes + "\", \"dwells_ms\": [], \"signal_at_ms\": [], \"signal_kinds\": [],"
                        + " \"signal_values\": []");
    }

    /** A minute with 120 keystrokes. */
    private String report(int number, Instant at, double rhythm) {
        return row(
                "feature_reports",
                number,
                "\"report_id\": \"" + UUID.nameUUIDFromBytes(new byte[] {1, (byte) number}) + "\", \"session_id\": \""
                        + session + "\", \"sequence\": " + number + ", \"started_at\": \"" + at
                        + "\", \"received_at\": \"" + at.plusSeconds(60) + "\", \"duration_ms\": 60000,"
                        + " \"keystrokes\": 120, \"errors\": 6, \"context_switches\": 1, \"files_modified\": 2,"
                        + " \"active_ms\": 50000, \"rhythm\": " + rhythm + ", \"focus\": 0.75,"
                        + " \"consistency\": 0.5, \"error_penalty\": 0.25, \"velocity\": 0.5");
    }

    private static String row(String table, int number, String fields) {
        return "{\"table\": \"" + table + "\", \"number\": " + number + (fields.isEmpty() ? "" : ", ") + fields + "}";
    }
}
