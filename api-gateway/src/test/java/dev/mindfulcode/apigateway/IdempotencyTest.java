package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdempotencyTest {

    private static final String START = "/api/sessions/start";

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;
    private final User ada = gateway.user();
    private final String key = "\"" + UUID.randomUUID() + "\"";

    @Test
    void replaysTheResponse() {
        Answer first = start(ada, key, "{\"project\": \"one\"}");
        Answer again = start(ada, key, "{\"project\": \"one\"}");
        assertThat(first.status()).as(first.toString()).isEqualTo(201);
        assertThat(again.status()).isEqualTo(201);
        assertThat(again.body()).isEqualTo(first.body());
        assertThat(again.header("X-Read-After"))
                .isEqualTo(first.header("X-Read-After"))
                .isNotEmpty();
        assertThat(again.header("Content-Type")).isEqualTo("application/json");
        assertThat(sessions(ada)).isEqualTo(1);
    }

    @Test
    void ignoresQuotesOfKeys() {
        Answer first = start(ada, key, "{}");
        assertThat(start(ada, key.replace("\"", ""), "{}").body()).isEqualTo(first.body());
    }

    @Test
    void acceptsKeysForEveryCreation() {
        String label = "{\"at\": \"%s\", \"flow\": 6}".formatted(Instant.now());
        Answer first = api.post("/api/flow/feedback", ada.token(), label, "Idempotency-Key", key);
        Answer again = api.post("/api/flow/feedback", ada.token(), label, "Idempotency-Key", key);
        assertThat(first.status()).isEqualTo(202);
        assertThat(again.text("feedback_id"))
                .isEqualTo(first.text("feedback_id"))
                .isNotEmpty();
    }

    @Test
    void replaysSecretsAndStoresThemEncrypted() throws Exception {
        String body = "{\"name\": \"laptop\", \"scope\": \"ingest\"}";
        Answer first = api.post("/api/keys", ada.token(), body, "Idempotency-Key", key);
        Answer again = api.post("/api/keys", ada.token(), body, "Idempotency-Key", key);
        assertThat(first.status()).as(first.toString()).isEqualTo(201);
        assertThat(again.text("key")).isEqualTo(first.text("key")).startsWith("mck_");
        assertThat(gateway.count("select count(*) from identity.api_keys where user_id = ?", ada.id()))
                .isEqualTo(1);
        assertThat(stored(ada)).isNotEmpty().doesNotContain(first.text("key"));
    }

    @Test
    void rejectsTheKeyForAnotherRequest() {
        start(ada, key, "{\"project\": \"one\"}");
        start(ada, key, "{\"project\": \"two\"}")
                .isProblem(422, "idempotency-key-reused")
                .withField("Idempotency-Key");
        api.post("/api/flow/feedback", ada.token(), "{\"project\": \"one\"}", "Idempotency-Key", key)
                .isProblem(422, "idempotency-key-reused");
        api.post(START + "?more=1", ada.token(), "{\"project\": \"one\"}", "Idempotency-Key", key)
                .isProblem(422, "idempotency-key-reused");
        assertThat(sessions(ada)).isEqualTo(1);
    }

    @Test
    void separatesKeysOfUsers() {
        User bob = gateway.user();
        Answer hers = start(ada, key, "{}");
        Answer his = start(bob, key, "{}");
        assertThat(his.status()).isEqualTo(201);
        assertThat(his.text("session_id")).isNotEqualTo(hers.text("session_id"));
    }

    @Test
    void executesConcurrentRequestsOnce() throws Exception {
        List<Answer> answers = new ArrayList<>();
        try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
            List<Callable<Answer>> starts = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                starts.add(() -> start(ada, key, "{}"));
            }
            for (Future<Answer> started : threads.invokeAll(starts)) {
                answers.add(started.get());
            }
        }
        assertThat(answers).extracting(Answer::status).contains(201).containsOnly(201, 409);
        answers.stream().filter(answer -> answer.status() == 409).forEach(answer -> {
            answer.isProblem(409, "idempotency-key-in-use");
            assertThat(answer.header("Retry-After")).isEqualTo("1");
        });
        assertThat(answers.stream()
                        .filter(answer -> answer.status() == 201)
                        .map(answer -> answer.text("session_id"))
                        .distinct())
                .hasSize(1);
        assertThat(sessions(ada)).isEqualTo(1);
    }

    @Test
    void completesAfterAClientDisconnects() throws IOException {
        try (Socket socket = new Socket(
                InetAddress.getLoopbackAddress(), api.uri("http", "/").getPort())) {
            socket.getOutputStream()
                    .write(("POST " + START + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + ada.token()
                                    + "\r\nContent-Type: application/json\r\nContent-Length: 2\r\nIdempotency-Key: "
                                    + key + "\r\n\r\n{}")
                            .getBytes(StandardCharsets.US_ASCII));
            Eventually.holds(() ->
                    gateway.count("select count(*) from gateway.idempotent_requests where user_id = ?", ada.id()) == 1);
        }
        Eventually.holds(() -> start(ada, key, "{}").status() == 201);
        assertThat(sessions(ada)).isEqualTo(1);
    }

    @Test
    void releasesTheKeyAfterAProblem() {
        start(ada, key, "{\"project\": 7}").isProblem(400, "invalid-request").withField("project");
        assertThat(start(ada, key, "{\"project\": \"7\"}").status()).isEqualTo(201);
    }

    @Test
    void limitsTheBody() {
        start(ada, key, "{\"project\": \"" + "x".repeat(100_000) + "\"}").isProblem(413, "request-too-large");
    }

    /** Compression adds the time to the stream, yet a body that is compressed again is the same request. */
    @Test
    void treatsCompressedBodiesAsEqual() {
        Answer first = api.send(api.request(START, ada.token())
                .header("Content-Type", "application/json")
                .header("Content-Encoding", "gzip")
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofByteArray(Api.gzip("{\"project\": \"one\"}")))
                .build());

        assertThat(first.status()).isEqualTo(201);
        assertThat(start(ada, key, "{\"project\": \"one\"}").body()).isEqualTo(first.body());
    }

    @Test
    void storesResponsesEncrypted() throws Exception {
        String session = start(ada, key, "{}").text("session_id");
        assertThat(stored(ada)).isNotEmpty().doesNotContain(session).doesNotContain(key.replace("\"", ""));
    }

    /** Returns the stored row of a user's first request with a key. */
    private String stored(User user) throws Exception {
        try (var connection = gateway.connection();
                var select = connection.prepareStatement(
                        "SELECT key_hash || fingerprint || answer FROM gateway.idempotent_requests"
                                + " WHERE user_id = ?")) {
            select.setObject(1, user.id());
            try (var row = select.executeQuery()) {
                assertThat(row.next()).isTrue();
                return new String(row.getBytes(1), StandardCharsets.ISO_8859_1);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"\"", "a b", "\"a\"b\"", "\"a\", \"b\""})
    void rejectsInvalidKeys(String malformed) {
        start(ada, malformed, "{}").isProblem(400, "invalid-request").withField("Idempotency-Key");
        start(ada, "x".repeat(129), "{}").isProblem(400, "invalid-request").withField("Idempotency-Key");
    }

    @Test
    void doesNotReplaySignIns() {
        api.post(START, null, "{}", "Idempotency-Key", key).isProblem(401, "unauthenticated");
        String body = "{\"email\": \"%s\", \"password\": \"%s\"}".formatted(ada.email(), Api.PASSWORD);
        Answer first = api.post("/api/auth/login", null, body, "Idempotency-Key", key);
        Answer again = api.post("/api/auth/login", null, body, "Idempotency-Key", key);
        assertThat(again.text("refresh_token")).isNotEqualTo(first.text("refresh_token"));
    }

    private Answer start(User user, String idempotencyKey, String body) {
        return api.post(START, user.token(), body, "Idempotency-Key", idempotencyKey);
    }

    private long sessions(User user) {
        return gateway.count("select count(*) from gateway.session_owners where user_id = ?", user.id());
    }
}
