package dev.mindfulcode.quickstart;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A user of the public API with an account. */
final class TestUser {

    static final JsonMapper JSON = new JsonMapper();

    private static final HttpClient HTTP = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(5))
            .build();
    private static final Duration ANSWER_WAIT_MAX = Duration.ofMinutes(2);

    final String email;
    final String password;
    final UUID id;
    final String token;

    private final URI origin;

    private TestUser(URI origin, String email, String password, JsonNode signedIn) {
        this.origin = origin;
        this.email = email;
        this.password = password;
        this.id = UUID.fromString(signedIn.get("user_id").asString());
        this.token = signedIn.get("access_token").asString();
    }

    static TestUser register(URI origin) throws IOException, InterruptedException {
        return enter(origin, "register", UUID.randomUUID() + "@example.org", "a long password " + UUID.randomUUID());
    }

    static TestUser registerAs(URI origin, String email) throws IOException, InterruptedException {
        return enter(origin, "register", email, "a long password " + UUID.randomUUID());
    }

    static TestUser register(URI origin, String email, String password, String name)
            throws IOException, InterruptedException {
        TestUser user = enter(origin, "register", email, password);
        HttpResponse<String> named = send(user.request("/api/account")
                .header("Content-Type", "application/json")
                .method("PATCH", HttpRequest.BodyPublishers.ofString("{\"name\": \"" + name + "\"}")));
        if (named.statusCode() != 200) {
            throw new AssertionError("PATCH answered " + named.statusCode() + ": " + named.body());
        }
        return user;
    }

    static TestUser login(URI origin, String email, String password) throws IOException, InterruptedException {
        return enter(origin, "login", email, password);
    }

    private static TestUser enter(URI origin, String how, String email, String password)
            throws IOException, InterruptedException {
        String body = JSON.createObjectNode()
                .put("email", email)
                .put("password", password)
                .toString();
        HttpResponse<String> response = HTTP.send(
                HttpRequest.newBuilder(origin.resolve("/api/auth/" + how))
                        .timeout(ANSWER_WAIT_MAX)
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(body))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        if (response.statusCode() / 100 != 2) {
            throw new AssertionError(how + " answered " + response.statusCode() + ": " + response.body());
        }
        return new TestUser(origin, email, password, JSON.readTree(response.body()));
    }

    UUID startSession() throws IOException, InterruptedException {
        HttpResponse<String> response = post("/api/sessions/start", "{\"editor\":\"test\"}");
        if (response.statusCode() != 201) {
            throw new AssertionError("start answered " + response.statusCode() + ": " + response.body());
        }
        return UUID.fromString(JSON.readTree(response.body()).get("session_id").asString());
    }

    HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return send(request(path).GET());
    }

    /** Reads what is there after a write of which this is the token. */
    JsonNode get(String path, String readAfter) throws IOException, InterruptedException {
        HttpResponse<String> response =
                send(request(path).header("X-Read-After", readAfter).GET());
        if (response.statusCode() != 200) {
            throw new AssertionError(path + " answered " + response.statusCode() + ": " + response.body());
        }
        return JSON.readTree(response.body());
    }

    HttpResponse<String> delete(String path) throws IOException, InterruptedException {
        return send(request(path).DELETE());
    }

    HttpResponse<String> delete(String path, String json) throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/json")
                .method("DELETE", HttpRequest.BodyPublishers.ofString(json)));
    }

    HttpResponse<String> patch(String path, String json) throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/json")
                .method("PATCH", HttpRequest.BodyPublishers.ofString(json)));
    }

    HttpResponse<String> put(String path, String json) throws IOException, InterruptedException {
        return send(request(path)
                .header("Content-Type", "application/json")
                .PUT(HttpRequest.BodyPublishers.ofString(json)));
    }

    HttpResponse<String> post(String path, String json) throws IOException, InterruptedException {
        return post(path, "application/json", json.getBytes(StandardCharsets.UTF_8));
    }

    HttpResponse<String> post(String path, String contentType, byte[] body) throws IOException, InterruptedException {
        return send(
                request(path).header("Content-Type", contentType).POST(HttpRequest.BodyPublishers.ofByteArray(body)));
    }

    /** Sends a batch that must be accepted. */
    void type(UUID session, long sequence, int keystrokes) throws IOException, InterruptedException {
        HttpResponse<String> response = post("/api/keystrokes", batch(session, sequence, keystrokes));
        if (response.statusCode() != 202) {
            throw new AssertionError("keystrokes answered " + response.statusCode() + ": " + response.body());
        }
    }

    /** Returns the keystrokes that the read model has for this user's recent sessions. */
    long keystrokesCounted() throws IOException, InterruptedException {
        HttpResponse<String> response = get("/api/sessions/history?limit=50");
        if (response.statusCode() != 200) {
            throw new AssertionError("history answered " + response.statusCode() + ": " + response.body());
        }
        long keystrokes = 0;
        for (JsonNode session : JSON.readTree(response.body()).get("sessions")) {
            keystrokes += session.get("keystrokes").asLong();
        }
        return keystrokes;
    }

    /** Returns a good batch of letters, ten a second, that ends now. */
    static String batch(UUID session, long sequence, int keystrokes) {
        return batch(session, sequence, keystrokes, Instant.now().minusMillis(100L * keystrokes));
    }

    static String batch(UUID session, long sequence, int keystrokes, Instant startedAt) {
        StringBuilder intervals = new StringBuilder();
        for (int i = 0; i < keystrokes; i++) {
            intervals.append(i == 0 ? "0" : ",100");
        }
        return "{\"batch_id\":\"" + batchId(session, sequence) + "\",\"session_id\":\"" + session + "\",\"sequence\":"
                + sequence
                + ",\"started_at\":" + startedAt.toEpochMilli() + ",\"intervals_ms\":["
                + intervals + "],\"key_classes\":\"" + "L".repeat(keystrokes) + "\"}";
    }

    /** As of a client that sends a batch again: the same batch has the same id. */
    static UUID batchId(UUID session, long sequence) {
        return UUID.nameUUIDFromBytes((session + "/" + sequence).getBytes(StandardCharsets.UTF_8));
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(origin.resolve(path))
                .timeout(ANSWER_WAIT_MAX)
                .header("Authorization", "Bearer " + token);
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return HTTP.send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
