package dev.mindfulcode.apigateway;

import static dev.mindfulcode.apigateway.GatewayUnderTest.OPERATOR_TOKEN;
import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The admin endpoints of projections, with the projection service executing the requests. */
@Timeout(300)
class ProjectionApiTest {

    private static final String PROJECTIONS = "/api/admin/projections";
    private static final String SESSIONS = PROJECTIONS + "/coding_sessions/builds";

    // Other tests write rows without events, which a rebuild would refuse to lose.
    private static final GatewayUnderTest GATEWAY = GatewayUnderTest.alone();

    private final Api api = GATEWAY.api;

    @AfterAll
    static void close() {
        GATEWAY.close();
    }

    @Test
    void operatorTokenGrantsOnlyAdminEndpoints() {
        assertThat(api.get(PROJECTIONS, OPERATOR_TOKEN).status()).isEqualTo(200);
        assertThat(api.get(PROJECTIONS, OPERATOR_TOKEN + "x").status()).isEqualTo(401);
        assertThat(api.get("/api/account", OPERATOR_TOKEN).status()).isEqualTo(401);
        assertThat(api.get("/api/sessions/history", OPERATOR_TOKEN).status()).isEqualTo(401);
    }

    @Test
    void rejectsInvalidBuildRequests() {
        assertThat(api.post(PROJECTIONS + "/nothing/builds", OPERATOR_TOKEN, "{}")
                        .status())
                .isEqualTo(404);
        assertThat(api.post(PROJECTIONS + "/Robert'); --/builds".replace(" ", "%20"), OPERATOR_TOKEN, "{}")
                        .status())
                .isIn(400, 404);
        Answer share = api.post(SESSIONS, OPERATOR_TOKEN, "{\"share_percent\": 0}");
        assertThat(share.status()).isEqualTo(400);
        assertThat(share.text("field")).isEqualTo("share_percent");
        assertThat(api.post(SESSIONS + "/77/use", OPERATOR_TOKEN, "{}").text("type"))
                .endsWith("/build-conflict");
        assertThat(api.send(api.request(SESSIONS + "/" + inUse(), OPERATOR_TOKEN)
                                .DELETE()
                                .build())
                        .text("type"))
                .endsWith("/build-conflict");
    }

    /** With the gateway's own pool of connections, and statements that it has prepared before. */
    @Test
    void streamsRebuildProgressWhileReadsSucceed() throws Exception {
        User user = GATEWAY.user();
        for (int i = 0; i < 5; i++) {
            assertThat(api.post("/api/sessions/start", user.token(), "{}").status())
                    .isEqualTo(201);
        }
        Eventually.holds(() -> sessions(user) == 5);
        AtomicBoolean isOver = new AtomicBoolean();
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            Future<?>[] readers = new Future<?>[4];
            for (int i = 0; i < readers.length; i++) {
                readers[i] = threads.submit(() -> {
                    while (!isOver.get()) {
                        assertThat(sessions(user)).isEqualTo(5);
                    }
                });
            }
            try {
                int before = inUse();
                for (int round = 0; round < 3; round++) {
                    int next = api.post(SESSIONS, OPERATOR_TOKEN, "{\"share_percent\": 100}")
                            .json()
                            .path("build")
                            .asInt();
                    JsonNode done = watchedUntilInUse(next);
                    assertThat(done.at("/report/identical").asBoolean())
                            .as(done.toString())
                            .isTrue();
                    assertThat(done.path("rows").asLong()).isPositive();
                    assertThat(done.path("bytes").asLong()).isPositive();
                    assertThat(inUse()).isEqualTo(next).isGreaterThan(before);
                }
                int retained = inUse() - 1;
                assertThat(api.post(SESSIONS + "/" + retained + "/use", OPERATOR_TOKEN, "{}")
                                .status())
                        .isEqualTo(202);
                watchedUntilInUse(retained);
            } finally {
                isOver.set(true);
            }
            for (Future<?> reader : readers) {
                reader.get();
            }
        }
        Answer next = api.post("/api/sessions/start", user.token(), "{}");
        Answer read = api.send(api.request("/api/sessions/" + next.text("session_id"), user.token())
                .header("X-Read-After", next.header("X-Read-After"))
                .GET()
                .build());
        assertThat(read.status())
                .as("one reads one's own writes after a switch")
                .isEqualTo(200);
    }

    private int sessions(User user) {
        Answer history = api.get("/api/sessions/history", user.token());
        assertThat(history.status())
                .as(new String(history.body(), StandardCharsets.UTF_8))
                .isEqualTo(200);
        return history.json().path("sessions").size();
    }

    private int inUse() {
        for (JsonNode build : api.get(PROJECTIONS, OPERATOR_TOKEN).json().path("builds")) {
            if (build.path("projection").asString().equals("coding_sessions")
                    && build.path("state").asString().equals("in_use")) {
                return build.path("build").asInt();
            }
        }
        throw new AssertionError("no build of coding_sessions is in use");
    }

    private JsonNode watchedUntilInUse(int number) throws Exception {
        try (InputStream events = api.http()
                        .send(
                                api.request(PROJECTIONS + "/stream", OPERATOR_TOKEN)
                                        .GET()
                                        .build(),
                                BodyHandlers.ofInputStream())
                        .body();
                BufferedReader lines = new BufferedReader(new InputStreamReader(events, StandardCharsets.UTF_8))) {
            String line;
            while ((line = lines.readLine()) != null) {
                if (line.startsWith("data: ")) {
                    for (JsonNode build :
                            new JsonMapper().readTree(line.substring(6)).path("builds")) {
                        if (build.path("projection").asString().equals("coding_sessions")
                                && build.path("build").asInt() == number
                                && build.path("state").asString().equals("in_use")) {
                            return build;
                        }
                    }
                }
            }
        }
        throw new AssertionError("the events ended");
    }
}
