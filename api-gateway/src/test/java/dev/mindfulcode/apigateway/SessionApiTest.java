package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.ReadAfterToken;
import dev.mindfulcode.schemas.SessionEvent;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.SessionStatus;
import dev.mindfulcode.schemas.Topics;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.text.Normalizer;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SessionApiTest {

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;
    private final User ada = gateway.user();

    @Test
    void readsAStartedSessionBack() {
        Answer started = api.post("/api/sessions/start", ada.token(), """
                {"project": "mindful", "language": "java", "editor": "vim"}""");
        assertThat(started.status()).isEqualTo(201);
        String id = started.text("session_id");
        String readAfter = started.header("X-Read-After");

        Answer session = api.get("/api/sessions/" + id, ada.token(), "X-Read-After", readAfter);
        assertThat(session.status()).isEqualTo(200);
        assertThat(session.text("project")).isEqualTo("mindful");
        assertThat(session.text("status")).isEqualTo("active");
        assertThat(session.text("started_at")).isEqualTo(started.text("started_at"));

        Answer history = api.get("/api/sessions/history", ada.token(), "X-Read-After", readAfter);
        assertThat(history.json().path("sessions").size()).isEqualTo(1);
        assertThat(history.json().path("sessions").get(0).path("session_id").asString())
                .isEqualTo(id);
        assertThat(history.json().get("next_cursor").isNull()).isTrue();
    }

    @Test
    void storesEventsEncryptedOnly() {
        String session = api.post("/api/sessions/start", ada.token(), "{\"project\": \"enigma-machine\"}")
                .text("session_id");
        try (TestKafka log = gateway.log()) {
            SessionEvent event = log.read(Topics.SESSIONS, ada.id(), 1).getFirst();
            assertThat(event.getKind()).isEqualTo(SessionEventKind.STARTED);
            assertThat(event.getSessionId()).hasToString(session);
            assertThat(event.getProject()).isNotNull();
            List<byte[]> stored =
                    new ArrayList<>(log.values(Topics.SESSIONS, ada.id().toString(), 1));
            stored.addAll(log.values(Topics.ACCOUNTS, ada.id().toString(), 1));
            stored.addAll(gateway.bytes(
                    "SELECT record_value FROM gateway.sent_events WHERE record_key = ?",
                    ada.id().toString()));
            Eventually.holds(() -> !gateway.bytes(
                            "SELECT project FROM readmodel.coding_sessions WHERE session_id = ?",
                            UUID.fromString(session))
                    .isEmpty());
            stored.addAll(gateway.bytes(
                    "SELECT project FROM readmodel.coding_sessions WHERE session_id = ?", UUID.fromString(session)));
            assertThat(stored)
                    .hasSizeGreaterThanOrEqualTo(5)
                    .extracting(bytes -> new String(bytes, StandardCharsets.ISO_8859_1))
                    .noneMatch(text -> text.contains("enigma") || text.contains(session) || text.contains("UTC"));
        }
    }

    @Test
    void clampsTheStartOfOfflineSessions() {
        Instant now = Instant.now();
        Answer yesterday = start(now.minus(Duration.ofDays(1)));
        assertThat(Instant.parse(yesterday.text("started_at")))
                .isEqualTo(now.minus(Duration.ofDays(1)).truncatedTo(ChronoUnit.MILLIS));
        assertThat(Instant.parse(start(now.minus(Duration.ofDays(400))).text("started_at")))
                .isAfter(now.minus(Duration.ofDays(32)));
        assertThat(Instant.parse(start(now.plus(Duration.ofDays(400))).text("started_at")))
                .isBefore(now.plus(Duration.ofMinutes(5)));
        Answer ended = api.post(
                "/api/sessions/" + yesterday.text("session_id") + "/end",
                ada.token(),
                "{\"ended_at\": \"" + now.minus(Duration.ofDays(2)) + "\"}");
        assertThat(ended.text("ended_at")).as("not before it started").isEqualTo(yesterday.text("started_at"));
        assertThat(ended.json().path("duration_ms").asLong(-1)).isZero();
    }

    private Answer start(Instant at) {
        return api.post("/api/sessions/start", ada.token(), "{\"started_at\": \"" + at + "\"}");
    }

    @Test
    void returnsTheSameSessionForARepeatedId() {
        String body = "{\"session_id\": \"%s\", \"project\": \"one\"}".formatted(UUID.randomUUID());
        Answer first = api.post("/api/sessions/start", ada.token(), body);
        Answer again = api.post("/api/sessions/start", ada.token(), body);
        assertThat(first.status()).isEqualTo(201);
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.json()).isEqualTo(first.json());
        assertThat(again.header("X-Read-After")).isEqualTo(first.header("X-Read-After"));
    }

    @Test
    void rejectsAnIdOfAnotherUserWithoutNamingThem() {
        Answer hers = api.post("/api/sessions/start", ada.token(), "{}");
        User bob = gateway.user();
        String id = hers.text("session_id");
        Answer refused = api.post("/api/sessions/start", bob.token(), "{\"session_id\": \"" + id + "\"}");
        refused.isProblem(409, "session-id-taken").withField("session_id");
        assertThat(new String(refused.body(), StandardCharsets.UTF_8))
                .doesNotContain(ada.id().toString());
        api.get("/api/sessions/" + id, bob.token()).isProblem(404, "not-found");
        api.put("/api/sessions/" + id + "/update", bob.token(), "{\"project\": \"x\"}")
                .isProblem(404, "not-found");
        api.post("/api/sessions/" + id + "/end", bob.token(), "").isProblem(404, "not-found");
        assertThat(api.get("/api/sessions/history", bob.token())
                        .json()
                        .path("sessions")
                        .size())
                .isZero();
    }

    @Test
    void createsOneSessionFromTwoHundredConcurrentStarts() throws Exception {
        UUID id = UUID.randomUUID();
        String body = "{\"session_id\": \"" + id + "\"}";
        List<Integer> statuses = new ArrayList<>();
        List<String> readAfter = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Answer>> starts = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                starts.add(() -> api.post("/api/sessions/start", ada.token(), body));
            }
            for (Future<Answer> started : threads.invokeAll(starts)) {
                statuses.add(started.get().status());
                readAfter.add(started.get().header("X-Read-After"));
            }
        }
        assertThat(statuses).containsOnly(200, 201);
        assertThat(statuses.stream().filter(status -> status == 201)).hasSize(1);
        assertThat(readAfter.stream().distinct()).as("one event").hasSize(1);
        assertThat(gateway.count("select count(*) from gateway.session_owners where session_id = ?", id))
                .isEqualTo(1);
    }

    @Test
    void appliesCommandsInEachStatus() {
        Answer started = api.post("/api/sessions/start", ada.token(), "{\"project\": \"a\"}");
        String path = "/api/sessions/" + started.text("session_id");

        Answer updated = api.put(path + "/update", ada.token(), "{\"language\": \"java\"}");
        assertThat(updated.status()).isEqualTo(200);
        assertThat(updated.text("project")).as("unchanged").isEqualTo("a");
        assertThat(updated.text("language")).isEqualTo("java");

        assertThat(api.post(path + "/pause", ada.token(), "").text("status")).isEqualTo("paused");
        assertThat(api.post(path + "/resume", ada.token(), "").text("status")).isEqualTo("active");
        Answer ended = api.post(path + "/end", ada.token(), "");
        assertThat(ended.text("status")).isEqualTo("ended");
        assertThat(ended.text("ended_at")).isNotEmpty();
        assertThat(ended.text("language")).isEqualTo("java");

        Answer again = api.post(path + "/end", ada.token(), "");
        assertThat(again.status()).isEqualTo(200);
        assertThat(again.text("ended_at")).isEqualTo(ended.text("ended_at"));
        api.post(path + "/pause", ada.token(), "").isProblem(409, "session-ended");
        api.post(path + "/resume", ada.token(), "").isProblem(409, "session-ended");

        Answer read = api.get(path, ada.token(), "X-Read-After", ended.header("X-Read-After"));
        assertThat(read.json()).isEqualTo(ended.json());
    }

    @Test
    void pagesThroughHistoryOnce() {
        List<String> started = new ArrayList<>();
        String readAfter = "";
        for (int i = 0; i < 7; i++) {
            Answer answer = api.post("/api/sessions/start", ada.token(), """
                    {"started_at": "%s"}""".formatted(
                            Instant.now().minusSeconds(3600L * (i / 2))));
            started.add(answer.text("session_id"));
            readAfter = answer.header("X-Read-After");
        }
        List<String> seen = new ArrayList<>();
        String cursor = "";
        do {
            Answer page =
                    api.get("/api/sessions/history?limit=2&cursor=" + cursor, ada.token(), "X-Read-After", readAfter);
            assertThat(page.status()).as(page.toString()).isEqualTo(200);
            page.json()
                    .path("sessions")
                    .forEach(session -> seen.add(session.path("session_id").asString()));
            cursor = page.json().path("next_cursor").asString("");
        } while (!cursor.isEmpty());
        assertThat(seen).containsExactlyInAnyOrderElementsOf(started);
    }

    @Test
    void filtersHistoryByNameAndStatusAcrossPages() {
        String readAfter = "";
        List<String> wanted = new ArrayList<>();
        for (int i = 0; i < 12; i++) {
            String project = i % 2 == 0 ? "even" : "odd";
            Answer started = api.post("/api/sessions/start", ada.token(), """
                    {"project": "%s", "language": "%s", "started_at": "%s"}""".formatted(
                            project,
                            i % 3 == 0 ? (i % 2 == 0 ? "Java" : "java") : "c++",
                            Instant.now().minusSeconds(600L * i)));
            readAfter = started.header("X-Read-After");
            if (i % 4 == 0) {
                readAfter = api.post("/api/sessions/" + started.text("session_id") + "/end", ada.token(), "{}")
                        .header("X-Read-After");
            }
            if (project.equals("even")) {
                wanted.add(started.text("session_id"));
            }
        }
        assertThat(pages("?limit=2&project=even", readAfter)).isEqualTo(wanted);
        assertThat(pages("?limit=1&language=c%2B%2B", readAfter)).hasSize(8);
        assertThat(pages("?limit=5&project=even&language=java", readAfter)).hasSize(2);
        assertThat(pages("?language=JAVA", readAfter)).hasSize(4);
        assertThat(pages("?language=C%2B%2B", readAfter)).hasSize(8);
        assertThat(pages("?limit=2&status=ended&project=even", readAfter)).hasSize(3);
        assertThat(pages("?status=active", readAfter)).hasSize(9);
        assertThat(pages("?project=EVEN", readAfter)).isEmpty();
        assertThat(pages("?project=%25", readAfter)).as("no pattern").isEmpty();
        api.get("/api/sessions/history?status=deleted", ada.token())
                .isProblem(400, "invalid-request")
                .withField("status");
        api.get("/api/sessions/history?project=%00", ada.token())
                .isProblem(400, "invalid-request")
                .withField("project");
        api.get("/api/sessions/history?language=" + "x".repeat(201), ada.token())
                .isProblem(400, "invalid-request")
                .withField("language");
    }

    @Test
    void comparesNamesInNormalForm() {
        List<String> names = List.of(
                "Caf\u00e9", "\u0915\u094d\u200d\u0937", "\u05e9\u05b8\u05dc\u05d5\u05b9\u05dd", "\ud55c\uad6d\uc5b4");
        for (String name : names) {
            String decomposed = Normalizer.normalize(name, Normalizer.Form.NFD);
            Answer started = api.post(
                    "/api/sessions/start",
                    ada.token(),
                    "{\"project\": \"%s\", \"language\": \"%s\"}".formatted(decomposed, decomposed));
            String readAfter = started.header("X-Read-After");
            String composed = Normalizer.normalize(name, Normalizer.Form.NFC);
            assertThat(api.get(
                                    "/api/sessions/history?project=" + encoded(composed),
                                    ada.token(),
                                    "X-Read-After",
                                    readAfter)
                            .json()
                            .at("/sessions/0/project")
                            .asString())
                    .isEqualTo(composed);
            assertThat(pages("?project=" + encoded(composed), readAfter)).hasSize(1);
            assertThat(pages("?project=" + encoded(decomposed), readAfter)).hasSize(1);
            assertThat(pages("?language=" + encoded(decomposed), readAfter)).hasSize(1);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private List<String> pages(String query, String readAfter) {
        List<String> seen = new ArrayList<>();
        String cursor = "";
        do {
            Answer page = api.get(
                    "/api/sessions/history" + query + "&cursor=" + cursor, ada.token(), "X-Read-After", readAfter);
            assertThat(page.status()).as(page.toString()).isEqualTo(200);
            page.json()
                    .path("sessions")
                    .forEach(session -> seen.add(session.path("session_id").asString()));
            cursor = page.json().path("next_cursor").asString("");
        } while (!cursor.isEmpty());
        return seen;
    }

    @Test
    void listsCurrentSessionsOfAllDevicesLatestFirst() {
        String laptop = start(Instant.now().minusSeconds(600)).text("session_id");
        String desktop = start(Instant.now().minusSeconds(60)).text("session_id");
        String over = start(Instant.now().minusSeconds(30)).text("session_id");
        api.post("/api/sessions/" + laptop + "/pause", ada.token(), "");
        Answer ended = api.post("/api/sessions/" + over + "/end", ada.token(), "");
        Answer current = api.get("/api/sessions/current", ada.token(), "X-Read-After", ended.header("X-Read-After"));
        assertThat(current.json().path("sessions"))
                .extracting(session -> session.path("session_id").asString())
                .containsExactly(desktop, laptop);
        assertThat(current.json().path("sessions"))
                .extracting(session -> session.path("status").asString())
                .containsExactly("active", "paused");
        assertThat(api.get("/api/sessions/current", gateway.user().token())
                        .json()
                        .path("sessions"))
                .isEmpty();
    }

    @Test
    void correctsTimesAndNamesAndEndsASessionWithACorrectedEnd() {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        String path = "/api/sessions/" + start(now.minusSeconds(7200)).text("session_id");
        Answer corrected = api.patch(path, ada.token(), """
                {"started_at": "%s", "project": "after all"}""".formatted(now.minusSeconds(3600)));
        assertThat(corrected.status()).as(corrected.toString()).isEqualTo(200);
        assertThat(corrected.text("status")).isEqualTo("active");
        assertThat(corrected.text("project")).isEqualTo("after all");
        assertThat(Instant.parse(corrected.text("started_at"))).isEqualTo(now.minusSeconds(3600));

        Answer ended = api.patch(path, ada.token(), "{\"ended_at\": \"" + now.minusSeconds(1800) + "\"}");
        assertThat(ended.text("status")).isEqualTo("ended");
        assertThat(ended.json().path("duration_ms").asLong()).isEqualTo(1_800_000);
        Answer read = api.get(path, ada.token(), "X-Read-After", ended.header("X-Read-After"));
        assertThat(read.json()).isEqualTo(ended.json());
        api.post(path + "/resume", ada.token(), "").isProblem(409, "session-ended");
        Answer after = api.post(path + "/end", ada.token(), "");
        assertThat(after.text("ended_at")).as("it has ended").isEqualTo(ended.text("ended_at"));
        assertThat(after.header("X-Read-After")).isEqualTo(ended.header("X-Read-After"));
    }

    @Test
    void rejectsInvalidCorrectionsNamingTheField() {
        Instant now = Instant.now();
        String path = "/api/sessions/" + start(now.minusSeconds(3600)).text("session_id");
        api.patch(path, ada.token(), "{}").isProblem(400, "invalid-request");
        api.patch(path, ada.token(), "{\"ended_at\": \"" + now.minusSeconds(3700) + "\"}")
                .isProblem(400, "invalid-request")
                .withField("ended_at");
        api.patch(path, ada.token(), "{\"started_at\": \"" + now.plusSeconds(3600) + "\"}")
                .isProblem(400, "invalid-request")
                .withField("started_at");
        String weeks = "{\"started_at\": \"%s\", \"ended_at\": \"%s\"}"
                .formatted(now.minus(Duration.ofDays(30)), now.minus(Duration.ofDays(20)));
        api.patch(path, ada.token(), weeks).isProblem(400, "invalid-request").withField("ended_at");
        api.patch(path, ada.token(), "{\"started_at\": \"1970-01-01T00:00:00Z\"}")
                .isProblem(400, "invalid-request")
                .withField("started_at");
        api.post(path + "/end", ada.token(), "");
        api.patch(path, ada.token(), "{\"started_at\": \"" + now.plusSeconds(50) + "\"}")
                .isProblem(400, "invalid-request")
                .withField("started_at");
        api.patch(path, gateway.user().token(), "{\"project\": \"x\"}").isProblem(404, "not-found");
        api.patch("/api/sessions/" + UUID.randomUUID(), ada.token(), "{\"project\": \"x\"}")
                .isProblem(404, "not-found");
    }

    @Test
    void hidesDeletedSessionsAndReservesTheirIds() {
        Answer started = api.post("/api/sessions/start", ada.token(), "{\"project\": \"secret\"}");
        String id = started.text("session_id");
        String path = "/api/sessions/" + id;
        api.delete(path, gateway.user().token()).isProblem(404, "not-found");
        Answer deleted = api.delete(path, ada.token());
        assertThat(deleted.status()).isEqualTo(204);
        String readAfter = deleted.header("X-Read-After");
        api.get(path, ada.token()).isProblem(404, "not-found");
        api.get(path, ada.token(), "X-Read-After", readAfter).isProblem(404, "not-found");
        assertThat(pages("?limit=5", readAfter)).isEmpty();
        assertThat(api.get("/api/sessions/current", ada.token(), "X-Read-After", readAfter)
                        .json()
                        .path("sessions"))
                .isEmpty();
        api.delete(path, ada.token()).isProblem(404, "not-found");
        api.put(path + "/update", ada.token(), "{}").isProblem(404, "not-found");
        api.post(path + "/end", ada.token(), "").isProblem(404, "not-found");
        api.patch(path, ada.token(), "{\"project\": \"x\"}").isProblem(404, "not-found");
        String again = "{\"session_id\": \"" + id + "\"}";
        api.post("/api/sessions/start", ada.token(), again).isProblem(409, "session-id-taken");
        api.post("/api/sessions/start", gateway.user().token(), again).isProblem(409, "session-id-taken");
        assertThat(gateway.count(
                        "select count(*) from readmodel.coding_sessions where session_id = ?", UUID.fromString(id)))
                .isZero();
    }

    @Test
    void storesExactlyTheAcknowledgedCommandsUnderConcurrency() throws Exception {
        Map<String, String> acknowledged = new ConcurrentHashMap<>();
        AtomicReference<Answer> unexpected = new AtomicReference<>();
        List<String> readAfter = new CopyOnWriteArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Void>> lives = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                String project = "project " + i;
                lives.add(() -> {
                    Answer started = api.post("/api/sessions/start", ada.token(), "{}");
                    String path = "/api/sessions/" + started.text("session_id");
                    Answer updated = api.put(path + "/update", ada.token(), "{\"project\": \"" + project + "\"}");
                    Answer ended = api.post(path + "/end", ada.token(), "");
                    if (started.status() == 201) {
                        acknowledged.put(
                                started.text("session_id"),
                                (updated.status() == 200 ? project : "") + (ended.status() == 200 ? " ended" : ""));
                    }
                    for (Answer answer : List.of(started, updated, ended)) {
                        if (answer.status() >= 300) {
                            unexpected.set(answer);
                        }
                    }
                    readAfter.add(ended.header("X-Read-After"));
                    return null;
                });
            }
            for (Future<Void> life : threads.invokeAll(lives)) {
                life.get();
            }
        }
        assertThat(unexpected.get()).isNull();
        assertThat(acknowledged).as("so many at once are served").hasSize(200);
        for (String token : readAfter) {
            assertThat(api.get("/api/sessions/history?limit=1", ada.token(), "X-Read-After", token)
                            .status())
                    .isEqualTo(200);
        }
        Map<String, String> found = new HashMap<>();
        String cursor = "";
        do {
            Answer page = api.get("/api/sessions/history?limit=50&cursor=" + cursor, ada.token());
            page.json()
                    .path("sessions")
                    .forEach(session -> found.put(
                            session.path("session_id").asString(),
                            session.path("project").asString("")
                                    + (session.path("status").asString().equals("ended") ? " ended" : "")));
            cursor = page.json().path("next_cursor").asString("");
        } while (!cursor.isEmpty());
        assertThat(found).containsExactlyInAnyOrderEntriesOf(acknowledged);
    }

    @Test
    void answers503WithRetryAfterWhenTheReadModelIsBehind() {
        Answer started = api.post("/api/sessions/start", ada.token(), "{}");
        String token =
                new String(Base64.getUrlDecoder().decode(started.header("X-Read-After")), StandardCharsets.US_ASCII);
        String far = Base64.getUrlEncoder()
                .withoutPadding()
                .encodeToString((token + "99999").getBytes(StandardCharsets.US_ASCII));
        Answer behind = api.get("/api/sessions/history", ada.token(), "X-Read-After", far);
        behind.isProblem(503, "read-model-behind");
        assertThat(behind.header("Retry-After")).isEqualTo("1");
        api.get("/api/sessions/history", ada.token(), "X-Read-After", "nonsense!")
                .isProblem(400, "invalid-request")
                .withField("X-Read-After");
    }

    @Test
    void waitsForTheEffectsOfKeystrokesInAllOutputs() {
        String token = new ReadAfterToken(Topics.KEYSTROKES.name(), 0, 41).text();
        try (TestKafka log = gateway.log()) {
            log.mark(Topics.FLOW_STATES, 0, 42);
            log.mark(Topics.FLOW_MINUTES, 0, 42);
            log.mark(Topics.FLOW_PERIODS, 0, 41);
            api.get("/api/sessions/history", ada.token(), "X-Read-After", token).isProblem(503, "read-model-behind");

            log.mark(Topics.FLOW_PERIODS, 0, 42);
        }
        assertThat(api.get("/api/sessions/history", ada.token(), "X-Read-After", token)
                        .status())
                .isEqualTo(200);
        assertThat(api.get("/api/flow/analytics", ada.token(), "X-Read-After", token)
                        .status())
                .isEqualTo(200);
        String query = "{\"query\": \"{ sessions(first: 1) { edges { cursor } } }\"}";
        assertThat(api.post("/graphql", ada.token(), query, "X-Read-After", token)
                        .status())
                .isEqualTo(200);
    }

    @Test
    void findsSessionsByEveryOverlappingRange() {
        Instant start = Instant.now().minus(Duration.ofHours(30)).truncatedTo(ChronoUnit.MILLIS);
        String id = api.post("/api/sessions/start", ada.token(), "{\"started_at\": \"" + start + "\"}")
                .text("session_id");
        Instant end = start.plus(Duration.ofHours(4));
        Answer ended = api.post("/api/sessions/" + id + "/end", ada.token(), "{\"ended_at\": \"" + end + "\"}");
        String readAfter = ended.header("X-Read-After");
        for (Instant moment : List.of(start, start.plusSeconds(1), start.plusSeconds(7_200), end)) {
            String span = "from=" + moment + "&to=" + moment.plusMillis(1);
            assertThat(pages("?" + span, readAfter)).as(span).containsExactly(id);
            String query = ("{\"query\": \"{ sessions(from: \\\"%s\\\", to: \\\"%s\\\")"
                            + " { edges { node { id: sessionId } } } }\"}")
                    .formatted(moment, moment.plusMillis(1));
            assertThat(new String(api.post("/graphql", ada.token(), query).body(), StandardCharsets.UTF_8))
                    .contains(id);
        }
        for (Instant outside : List.of(start.minusMillis(1), end.plusMillis(1))) {
            assertThat(pages("?from=" + outside + "&to=" + outside.plusMillis(1), readAfter))
                    .isEmpty();
        }
    }

    @Test
    void rejectsCorrectionsThatExcludeKeystrokes() {
        Instant start = Instant.now().minus(Duration.ofHours(3)).truncatedTo(ChronoUnit.MILLIS);
        UUID id = UUID.fromString(api.post("/api/sessions/start", ada.token(), "{\"started_at\": \"" + start + "\"}")
                .text("session_id"));
        try (TestKafka log = gateway.log()) {
            FlowState state = FlowStates.state(id, 1, SessionStatus.ENDED);
            state.setFirstActivityAt(start.minusSeconds(60));
            state.setLastActivityAt(start.plusSeconds(600));
            log.append(Topics.FLOW_STATES.name(), ada.id(), log.seal(Topics.FLOW_STATES, ada.id(), state));
        }
        String path = "/api/sessions/" + id;
        long deadlineNs = System.nanoTime() + Duration.ofMinutes(2).toNanos();
        while (!api.get(path, ada.token())
                .text("started_at")
                .equals(start.minusSeconds(60).toString())) {
            assertThat(System.nanoTime())
                    .as("first keystroke in the read model")
                    .isLessThan(deadlineNs);
        }
        api.patch(path, ada.token(), "{\"started_at\": \"" + start + "\"}")
                .isProblem(400, "invalid-request")
                .withField("started_at");
        api.patch(path, ada.token(), "{\"ended_at\": \"" + start + "\"}")
                .isProblem(400, "invalid-request")
                .withField("ended_at");
        Answer wider = api.patch(path, ada.token(), "{\"ended_at\": \"" + start.plusSeconds(700) + "\"}");
        assertThat(wider.text("ended_at")).isEqualTo(start.plusSeconds(700).toString());
    }
}
