package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
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

    private static String row(String table, int number, String fields) {
        return "{\"table\": \"" + table + "\", \"number\": " + number + (fields.isEmpty() ? "" : ", ") + fields + "}";
    }
}
