package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.CollectionLevel;
import dev.mindfulcode.schemas.Topics;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class PrivacySettingsApiTest {

    private static final String SETTINGS = "/api/privacy/settings";
    private static final String HISTORY = SETTINGS + "/history";

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;

    @Test
    void startsWithTheDefaults() {
        Answer settings = api.get(SETTINGS, gateway.user().token());
        assertThat(settings.json().toString()).isEqualTo("""
                {"collection_level":"full","excluded_projects":[],"excluded_languages":[],"retention_months":24,\
                "model_contribution":false,"team_sharing":[]}""");
        assertThat(settings.header("Cache-Control")).isEqualTo("no-store");
    }

    @Test
    void changesOnlyWhatIsSent() {
        User user = gateway.user();
        change(user, """
                {"collection_level": "features", "excluded_projects": ["Payroll", "payroll ", "é"], \
                "retention_months": 6}""");
        Answer changed = change(user, "{\"excluded_languages\": [\"COBOL\"], \"model_contribution\": true}");
        assertThat(changed.json().toString()).isEqualTo("""
                {"collection_level":"features","excluded_projects":["Payroll","é"],"excluded_languages":["COBOL"],\
                "retention_months":6,"model_contribution":true,"team_sharing":[]}""");
        assertThat(api.get(SETTINGS, user.token()).json()).isEqualTo(changed.json());
        assertThat(change(user, "{\"excluded_projects\": []}").json().path("excluded_projects"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            {"collection_level": "none"}                                  | collection_level
            {"collection_level": 1}                                       | collection_level
            {"collection_level": null}                                    | collection_level
            {"keep_detections": true}                                     | keep_detections
            {"excluded_projects": ["a", " "]}                             | excluded_projects[1]
            {"excluded_projects": "a"}                                    | excluded_projects
            {"excluded_languages": [7]}                                   | excluded_languages[0]
            {"excluded_languages": ["a\\u0000"]}                          | excluded_languages[0]
            {"retention_months": 0}                                       | retention_months
            {"retention_months": 121}                                     | retention_months
            {"retention_months": "24"}                                    | retention_months
            {"model_contribution": "yes"}                                 | model_contribution
            {"model_contribution": null}                                  | model_contribution
            {"team_sharing": [{"team_id": "x", "consent": true}]}         | team_sharing[0].team_id
            {"team_sharing": [{"consent": true}]}                         | team_sharing[0].team_id
            {"team_sharing": [{"team_id": "<id>"}]}                       | team_sharing[0].consent
            {"team_sharing": [{"team_id": "<id>", "consent": true}]}      | team_sharing[0].team_id
            {"team_sharing": [{"team_id": "<id>", "share": true}]}        | team_sharing[0].share
            {"team_sharing": [true]}                                      | team_sharing[0]
            """)
    void rejectsWhatItDoesNotKnow(String body, String field) {
        User user = gateway.user();
        api.put(SETTINGS, user.token(), body.replace("<id>", UUID.randomUUID().toString()))
                .isProblem(400, "invalid-request")
                .withField(field);
        assertThat(history(user)).isEmpty();
    }

    @Test
    void boundsTheListsOfNames() {
        User user = gateway.user();
        change(user, "{\"excluded_projects\": [%s]}".formatted(names(100, 200)));
        api.put(SETTINGS, user.token(), "{\"excluded_projects\": [%s]}".formatted(names(101, 1)))
                .isProblem(400, "invalid-request")
                .withField("excluded_projects");
        api.put(SETTINGS, user.token(), "{\"excluded_languages\": [%s]}".formatted(names(1, 201)))
                .isProblem(400, "invalid-request")
                .withField("excluded_languages[0]");
    }

    private static String names(int count, int length) {
        return IntStream.range(0, count)
                .mapToObj(i -> "\"" + "%03d".formatted(i) + "ß".repeat(Math.max(0, length - 3)) + "\"")
                .reduce((a, b) -> a + "," + b)
                .orElseThrow();
    }

    @Test
    void recordsWhoChangedWhatAndWhen() {
        User owner = gateway.user();
        User user = gateway.user();
        String team = team(owner);
        gateway.join(team, owner, user, "member");
        change(user, "{\"collection_level\": \"local\", \"retention_months\": 3}");
        change(user, "{\"collection_level\": \"local\"}");
        change(user, "{\"excluded_projects\": [\"a\", \"b\"]}");
        change(user, "{\"excluded_projects\": [\"b\", \"c\"]}");
        change(user, "{\"model_contribution\": true}");
        change(user, "{\"model_contribution\": true}");
        change(user, "{\"team_sharing\": [{\"team_id\": \"%s\", \"consent\": true}]}".formatted(team));
        api.put("/api/teams/" + team + "/consent", user.token(), "{\"consent\": false}");
        api.put("/api/teams/" + team + "/consent", user.token(), "{\"consent\": true}");
        api.delete("/api/teams/" + team + "/members/" + user.id(), owner.token());

        assertThat(history(user).stream().map(PrivacySettingsApiTest::withoutTime))
                .containsExactly(
                        "team_lead team_sharing true false " + team,
                        "user team_sharing false true " + team,
                        "user team_sharing true false " + team,
                        "user team_sharing false true " + team,
                        "user model_contribution false true",
                        "user excluded_projects +[\"c\"] -[\"a\"]",
                        "user excluded_projects +[\"a\",\"b\"] -[]",
                        "user retention_months 24 3",
                        "user collection_level full local");
        assertThat(history(user))
                .allSatisfy(change -> assertThat(java.time.Instant.parse(
                                change.path("changed_at").asString()))
                        .isBeforeOrEqualTo(java.time.Instant.now()));
        assertThat(history(gateway.user())).isEmpty();
    }

    @Test
    void pagesTheHistoryWithACursor() {
        User user = gateway.user();
        for (int months = 1; months <= 5; months++) {
            change(user, "{\"retention_months\": " + months + "}");
        }
        List<Integer> shown = new ArrayList<>();
        String cursor = "";
        do {
            Answer page = api.get(HISTORY + "?limit=2" + cursor, user.token());
            page.json()
                    .path("changes")
                    .forEach(change -> shown.add(change.path("to").asInt()));
            cursor = page.json().path("next_cursor").isNull() ? "" : "&cursor=" + page.text("next_cursor");
        } while (!cursor.isEmpty());
        assertThat(shown).containsExactly(5, 4, 3, 2, 1);
        api.get(HISTORY + "?cursor=x", user.token())
                .isProblem(400, "invalid-request")
                .withField("cursor");
    }

    @Test
    void consentIsTheSameFactAsTheMembership() {
        User user = gateway.user();
        String team = team(user);
        Answer shared = change(user, "{\"team_sharing\": [{\"team_id\": \"%s\", \"consent\": true}]}".formatted(team));
        assertThat(shared.json().path("team_sharing").toString())
                .isEqualTo("[{\"team_id\":\"" + team + "\",\"consent\":true}]");
        assertThat(api.get("/api/teams/" + team, user.token())
                        .json()
                        .path("consent")
                        .asBoolean())
                .isTrue();
        api.put("/api/teams/" + team + "/consent", user.token(), "{\"consent\": false}");
        assertThat(api.get(SETTINGS, user.token())
                        .json()
                        .path("team_sharing")
                        .path(0)
                        .path("consent")
                        .asBoolean())
                .isFalse();
    }

    /** A change of one team that fails changes nothing. */
    @Test
    void changesAllOrNothing() {
        User user = gateway.user();
        String team = team(user);
        api.put(SETTINGS, user.token(), """
                        {"collection_level": "local", "team_sharing": [{"team_id": "%s", "consent": true}, \
                        {"team_id": "%s", "consent": true}]}""".formatted(team, UUID.randomUUID()))
                .isProblem(400, "invalid-request")
                .withField("team_sharing[1].team_id");
        assertThat(api.get(SETTINGS, user.token()).text("collection_level")).isEqualTo("full");
        assertThat(api.get("/api/teams/" + team, user.token())
                        .json()
                        .path("consent")
                        .asBoolean())
                .isFalse();
    }

    @Test
    void storesNamesAndHistoryOnlySealed() throws SQLException {
        User user = gateway.user();
        change(user, "{\"excluded_projects\": [\"secretproject\"]}");
        try (var connection = gateway.connection();
                var select = connection.prepareStatement("""
                        SELECT sealed_exclusions FROM gateway.privacy_settings WHERE user_id = ?
                        UNION ALL SELECT sealed_change FROM gateway.privacy_changes WHERE user_id = ?""")) {
            select.setObject(1, user.id());
            select.setObject(2, user.id());
            var row = select.executeQuery();
            for (int i = 0; i < 2; i++) {
                assertThat(row.next()).isTrue();
                assertThat(new String(row.getBytes(1), StandardCharsets.ISO_8859_1))
                        .doesNotContain("secretproject", "excluded");
            }
        }
    }

    @Test
    void publishesTheLevel() {
        User user = gateway.user();
        change(user, "{\"collection_level\": \"features\"}");
        change(user, "{\"collection_level\": \"features\", \"retention_months\": 3}");
        change(user, "{\"collection_level\": \"full\"}");
        try (TestKafka log = gateway.log()) {
            assertThat(log.read(Topics.ACCOUNTS, user.id(), 3))
                    .extracting(AccountEvent::getKind, AccountEvent::getCollectionLevel)
                    .containsExactly(
                            tuple(AccountEventKind.REGISTERED, null),
                            tuple(AccountEventKind.COLLECTION_CHANGED, "features"),
                            tuple(AccountEventKind.COLLECTION_CHANGED, "full"));
        }
    }

    @Test
    void startsNoSessionOfAUserWhoCollectsNothing() {
        User user = gateway.user();
        String open = start(user, "{}").text("session_id");
        change(user, "{\"collection_level\": \"local\"}");
        for (Answer refused : List.of(
                start(user, "{}"),
                api.put("/api/sessions/" + open + "/update", user.token(), "{\"editor\": \"e\"}"),
                api.post("/api/sessions/" + open + "/pause", user.token(), "{}"),
                api.post(
                        "/api/flow/feedback",
                        user.token(),
                        "{\"at\": \"%s\", \"flow\": 4}".formatted(java.time.Instant.now())))) {
            refused.isProblem(403, "not-collected");
            assertThat(refused.text("detail")).contains("collection_level is local");
        }
        assertThat(api.post("/api/sessions/" + open + "/end", user.token(), "{}")
                        .status())
                .as("ending reports no work")
                .isEqualTo(200);
        change(user, "{\"collection_level\": \"features\"}");
        assertThat(start(user, "{}").status()).isEqualTo(201);
    }

    @Test
    void startsNoSessionOfAnExcludedProjectOrLanguage() {
        User user = gateway.user();
        change(user, "{\"excluded_projects\": [\"Payroll\"], \"excluded_languages\": [\"STRASSE\"]}");
        UUID id = UUID.randomUUID();
        start(user, "{\"session_id\": \"%s\", \"project\": \" pAYROLL\"}".formatted(id))
                .isProblem(403, "not-collected")
                .withField("project");
        start(user, "{\"language\": \"Straße\"}")
                .isProblem(403, "not-collected")
                .withField("language");
        assertThat(gateway.count("SELECT count(*) FROM gateway.session_owners WHERE user_id = ?", user.id()))
                .isZero();
        assertThat(start(user, "{\"session_id\": \"%s\", \"project\": \"Payroll 2\"}".formatted(id))
                        .status())
                .isEqualTo(201);
    }

    @Test
    void excludesASessionWhileItsProjectIsExcluded() {
        User user = gateway.user();
        change(user, "{\"excluded_projects\": [\"secret\"]}");
        String session = start(user, "{\"project\": \"open\"}").text("session_id");
        String update = "/api/sessions/" + session + "/update";
        assertThat(excludedBy(session)).isEmpty();

        api.put(update, user.token(), "{\"project\": \"Secret\"}")
                .isProblem(403, "not-collected")
                .withField("project");
        assertThat(excludedBy(session)).isEqualTo("project");
        api.put(update, user.token(), "{\"language\": \"Java\"}")
                .isProblem(403, "not-collected")
                .withField("project");
        Answer shown = api.put(update, user.token(), "{\"project\": \"other\"}");
        assertThat(shown.status()).isEqualTo(200);
        assertThat(excludedBy(session)).isEmpty();
        api.patch("/api/sessions/" + session, user.token(), "{\"project\": \"SECRET\"}")
                .isProblem(403, "not-collected")
                .withField("project");
    }

    @Test
    void excludesRunningSessionsWhenTheSettingsChange() {
        User user = gateway.user();
        String first =
                start(user, "{\"project\": \"a\", \"language\": \"Java\"}").text("session_id");
        String second = start(user, "{\"project\": \"b\"}").text("session_id");
        change(user, "{\"excluded_projects\": [\"B\"]}");
        assertThat(List.of(excludedBy(first), excludedBy(second))).containsExactly("", "project");
        change(user, "{\"excluded_projects\": [], \"excluded_languages\": [\"java\"]}");
        assertThat(List.of(excludedBy(first), excludedBy(second))).containsExactly("language", "");
    }

    /** In either order: both wait for the user's row, which the test holds. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void leavesNoSessionThatStartsDuringTheChange(boolean changesFirst) throws Exception {
        User user = gateway.user();
        String session = UUID.randomUUID().toString();
        Callable<Answer> change = () -> change(user, "{\"excluded_projects\": [\"secret\"]}");
        Callable<Answer> start =
                () -> start(user, "{\"session_id\": \"%s\", \"project\": \"Secret\"}".formatted(session));
        Answer started;
        try (ExecutorService clients = Executors.newVirtualThreadPerTaskExecutor();
                Connection holding = gateway.connection()) {
            holding.setAutoCommit(false);
            holding.createStatement()
                    .execute("SELECT FROM identity.users WHERE user_id = '" + user.id() + "' FOR NO KEY UPDATE");
            Future<Answer> first = clients.submit(changesFirst ? change : start);
            awaitLockWaits(1);
            Future<Answer> second = clients.submit(changesFirst ? start : change);
            awaitLockWaits(2);
            holding.rollback();
            started = changesFirst ? second.get() : first.get();
            assertThat((changesFirst ? first : second).get().status()).isEqualTo(200);
        }

        if (changesFirst) {
            started.isProblem(403, "not-collected").withField("project");
            api.get("/api/sessions/" + session, user.token()).isProblem(404, "not-found");
        } else {
            assertThat(started.status()).isEqualTo(201);
            assertThat(excludedBy(session)).isEqualTo("project");
        }
        assertThat(gateway.count("""
                        SELECT count(*) FROM gateway.session_owners
                        WHERE user_id = ? AND status IS NOT NULL AND excluded_by IS NULL""", user.id()))
                .as("sessions whose batches ingest accepts")
                .isZero();
    }

    private void awaitLockWaits(int count) {
        Eventually.holds(() -> gateway.count("SELECT count(*) FROM pg_stat_activity"
                        + " WHERE datname = current_database() AND wait_event_type = 'Lock'")
                == count);
    }

    /** Ingest polls changes: the response must come later than every ingest has noticed. */
    @Test
    void respondsOnceAStricterSettingIsInForce() {
        User user = gateway.user();
        start(user, "{\"project\": \"p\"}");
        List.of("{\"collection_level\": \"features\"}", "{\"excluded_projects\": [\"p\"]}")
                .forEach(stricter -> {
                    long startedNs = System.nanoTime();
                    change(user, stricter);
                    assertThat(Duration.ofNanos(System.nanoTime() - startedNs))
                            .isGreaterThanOrEqualTo(CollectionLevel.IN_FORCE_WITHIN);
                });
    }

    private Answer start(User user, String body) {
        return api.post("/api/sessions/start", user.token(), body);
    }

    /** Returns the field that excludes a session, as ingest reads it; empty if none does. */
    private String excludedBy(String session) {
        UUID id = UUID.fromString(session);
        String where = " FROM gateway.session_owners WHERE session_id = ? AND excluded_by = ";
        return gateway.count("SELECT count(*)" + where + "'project'", id) == 1
                ? "project"
                : gateway.count("SELECT count(*)" + where + "'language'", id) == 1 ? "language" : "";
    }

    private Answer change(User user, String body) {
        Answer changed = api.put(SETTINGS, user.token(), body);
        assertThat(changed.status()).as(changed.toString()).isEqualTo(200);
        return changed;
    }

    private String team(User owner) {
        return api.post("/api/teams", owner.token(), "{\"name\": \"t\"}").text("team_id");
    }

    private List<JsonNode> history(User user) {
        List<JsonNode> changes = new ArrayList<>();
        api.get(HISTORY, user.token()).json().path("changes").forEach(changes::add);
        return changes;
    }

    private static String withoutTime(JsonNode change) {
        String what =
                change.path("by").asString() + " " + change.path("setting").asString();
        return change.has("added")
                ? what + " +" + change.path("added") + " -" + change.path("removed")
                : what + " " + change.path("from").asString() + " "
                        + change.path("to").asString()
                        + (change.has("team_id") ? " " + change.path("team_id").asString() : "");
    }
}
