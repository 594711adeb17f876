package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.schemas.Topics;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;

/**
 * Invalid input is refused with a problem document, stores nothing, and does not spoil what comes after
 * it.
 */
@Timeout(600)
class HostileInputTest {

    private static final String AVRO = "application/avro";
    private static final String JSON = "application/json";
    private static final int TEN_MEGABYTES = 10 << 20;

    private static SharedSystem system;
    private static TestUser user;
    private static UUID session;
    private static long sequence;

    private record Hostile(String name, String contentType, byte[] body, String field) {

        static Hostile json(String name, String body, String field) {
            return new Hostile(name, JSON, body.getBytes(StandardCharsets.UTF_8), field);
        }

        @Override
        public String toString() {
            return name;
        }
    }

    @BeforeAll
    static void signIn() throws Exception {
        system = SharedSystem.get();
        user = TestUser.register(system.origin());
        session = user.startSession();
    }

    static Stream<Hostile> bodies() {
        String good = TestUser.batch(UUID.randomUUID(), 0, 3);
        return Stream.of(
                Hostile.json("nothing", "", ""),
                Hostile.json("truncated JSON", own(good).substring(0, 80), ""),
                Hostile.json("an endless opening", "[".repeat(100_000), ""),
                Hostile.json("not JSON", "keystrokes please", ""),
                Hostile.json("a string for the intervals", with("\"intervals_ms\":\"0,100,100\""), "intervals_ms"),
                Hostile.json(
                        "a string among the intervals", with("\"intervals_ms\":[0,\"100\",100]"), "intervals_ms[1]"),
                Hostile.json("NaN among the intervals", with("\"intervals_ms\":[0,NaN,100]"), ""),
                Hostile.json(
                        "a fraction among the intervals", with("\"intervals_ms\":[0,100.5,100]"), "intervals_ms[1]"),
                Hostile.json("a negative interval", with("\"intervals_ms\":[0,-1,100]"), "intervals_ms[1]"),
                Hostile.json("a huge interval", with("\"intervals_ms\":[0,100,2000000000]"), "intervals_ms[2]"),
                Hostile.json("an interval beyond long", with("\"intervals_ms\":[0,100,1e400]"), "intervals_ms[2]"),
                Hostile.json("an unknown key class", own(good).replace("\"LLL\"", "\"LQL\""), "key_classes"),
                Hostile.json(
                        "a character instead of its class",
                        own(good).replace("\"LLL\"", "[\"LETTER\",\"a\",\"LETTER\"]"),
                        "key_classes"),
                Hostile.json("fewer classes than intervals", own(good).replace("\"LLL\"", "\"LL\""), "key_classes"),
                Hostile.json("a negative sequence", own(good).replace("\"sequence\":0", "\"sequence\":-1"), "sequence"),
                Hostile.json("no session id", own(good).replace("session_id", "session"), "session"),
                Hostile.json(
                        "an invalid session id",
                        good.replaceAll("\"session_id\":\"[^\"]+\"", "\"session_id\":\"mine\""),
                        "session_id"),
                Hostile.json("a session that is not there", good, "session_id"),
                Hostile.json("too many keystrokes", TestUser.batch(session, 0, 1_001), "intervals_ms"),
                Hostile.json("too many batches", "[" + (own(good) + ",").repeat(100) + own(good) + "]", ""),
                Hostile.json("ten megabytes", "[\"" + "x".repeat(TEN_MEGABYTES) + "\"]", ""),
                new Hostile("mangled Avro", AVRO, new byte[] {0, 2, 72, 1, 2, 3, 4, 5, 6, 7, 8, 9}, ""),
                new Hostile("Avro that announces two billion batches", AVRO, new byte[] {0, -2, -1, -1, -1, 15, 0}, ""),
                new Hostile("empty Avro", AVRO, new byte[0], ""),
                new Hostile("a form", "application/x-www-form-urlencoded", "a=b".getBytes(StandardCharsets.UTF_8), ""));
    }

    @ParameterizedTest
    @MethodSource("bodies")
    void rejectsInvalidBatchesAndAcceptsTheNextValidOne(Hostile hostile) throws Exception {
        long before = system.written(Topics.KEYSTROKES.name());

        HttpResponse<String> response = user.post("/api/keystrokes", hostile.contentType(), hostile.body());

        assertProblem(response);
        assertThat(TestUser.JSON.readTree(response.body()).path("field").asString(""))
                .startsWith(hostile.field());
        assertThat(system.written(Topics.KEYSTROKES.name())).isEqualTo(before);
        user.type(session, sequence++, 3);
        assertThat(system.written(Topics.KEYSTROKES.name())).isEqualTo(before + 1);
    }

    @Test
    void acceptsValidBatchesNextToInvalidOnes() throws Exception {
        long before = system.written(Topics.KEYSTROKES.name());
        String good = TestUser.batch(session, sequence++, 3);

        HttpResponse<String> response =
                user.post("/api/keystrokes", "[" + good + "," + with("\"intervals_ms\":[0,-1,100]") + "]");

        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
        JsonNode verdict = TestUser.JSON.readTree(response.body());
        assertThat(verdict.path("accepted").asInt()).isEqualTo(1);
        assertThat(verdict.path("rejected").path(0).path("index").asInt()).isEqualTo(1);
        assertThat(verdict.path("rejected").path(0).path("field").asString("")).isEqualTo("intervals_ms[1]");
        assertThat(system.written(Topics.KEYSTROKES.name())).isEqualTo(before + 1);
    }

    @Test
    void rejectsInvalidTokens() throws Exception {
        for (String token : new String[] {"", "nonsense", user.token.substring(0, user.token.length() - 3) + "AAA"}) {
            assertProblem(Requests.post(system.origin(), "/api/keystrokes", token, TestUser.batch(session, 0, 3)), 401);
            assertProblem(Requests.post(system.origin(), "/api/sessions/start", token, "{}"), 401);
        }
    }

    @Test
    void rejectsSessionsOfOtherUsers() throws Exception {
        TestUser other = TestUser.register(system.origin());
        UUID foreign = other.startSession();
        long before = system.written(Topics.KEYSTROKES.name());

        HttpResponse<String> response = user.post("/api/keystrokes", TestUser.batch(foreign, 0, 3));

        assertProblem(response, 404);
        assertProblem(user.post("/api/sessions/" + foreign + "/end", "{}"), 404);
        assertProblem(user.get("/api/sessions/" + foreign), 404);
        assertThat(system.written(Topics.KEYSTROKES.name())).isEqualTo(before);
        other.type(foreign, 0, 3);
    }

    @Test
    void returnsProblemsForBadGatewayRequests() throws Exception {
        assertProblem(user.post("/api/sessions/start", "{\"session_id\":"), 400);
        assertProblem(user.post("/api/sessions/start", "{\"session_id\":17}"), 400);
        assertProblem(user.post("/api/flow/detect", "{\"flow_data\":{\"keystroke_intervals\":[\"fast\"]}}"), 400);
        assertProblem(user.get("/api/no/such/thing"), 404);
        assertProblem(user.get("/api/sessions/history?cursor=nonsense"), 400);
    }

    private static String own(String batch) {
        return batch.replaceAll("\"session_id\":\"[^\"]+\"", "\"session_id\":\"" + session + "\"");
    }

    private static String with(String intervals) {
        return own(TestUser.batch(session, 0, 3)).replace("\"intervals_ms\":[0,100,100]", intervals);
    }

    private static void assertProblem(HttpResponse<String> response, int status) {
        assertProblem(response);
        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    }

    private static void assertProblem(HttpResponse<String> response) {
        assertThat(response.statusCode()).as(response.body()).isBetween(400, 499);
        assertThat(response.headers().firstValue("Content-Type").orElse("")).startsWith("application/problem+json");
        JsonNode problem = TestUser.JSON.readTree(response.body());
        assertThat(problem.path("type").asString("")).startsWith("https://mindfulcode.dev/problems/");
        assertThat(problem.path("title").asString("")).isNotBlank();
        assertThat(problem.path("detail").asString("")).isNotBlank();
        assertThat(problem.path("status").asInt()).isEqualTo(response.statusCode());
    }
}
