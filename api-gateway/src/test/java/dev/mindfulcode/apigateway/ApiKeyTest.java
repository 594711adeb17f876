package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class ApiKeyTest {

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;
    private final User ada = gateway.user();

    @Test
    void showsAKeyOnceAndStoresItsHash() {
        Answer made = create(ada, "laptop");
        assertThat(made.status()).as(made.toString()).isEqualTo(201);
        assertThat(made.header("Cache-Control")).isEqualTo("no-store");
        assertThat(made.text("key")).startsWith("mck_").hasSize(47);
        assertThat(made.text("name")).isEqualTo("laptop");
        assertThat(made.text("created_at")).isNotBlank();

        JsonNode listed = api.get("/api/keys", ada.token()).json().path("keys").path(0);
        assertThat(listed.path("key_id").asString()).isEqualTo(made.text("key_id"));
        assertThat(listed.path("scope").asString()).isEqualTo("ingest");
        assertThat(listed.has("key")).isFalse();
        assertThat(listed.has("last_used_at")).isFalse();
        assertThat(gateway.count(
                        "select count(*) from identity.api_keys where user_id = ? and length(key_hash) = 32"
                                + " and strpos(encode(key_hash, 'escape'), 'mck_') = 0",
                        ada.id()))
                .isEqualTo(1);
    }

    @Test
    void startsAndEndsASessionWithAKey() {
        String key = create(ada, "editor").text("key");
        Answer started = api.post("/api/sessions/start", key, "{\"language\": \"java\"}");
        assertThat(started.status()).as(started.toString()).isEqualTo(201);
        String session = "/api/sessions/" + started.text("session_id");
        assertThat(api.put(session + "/update", key, "{\"project\": \"mill\"}").status())
                .isEqualTo(200);
        assertThat(api.post(session + "/pause", key, "").status()).isEqualTo(200);
        assertThat(api.post(session + "/resume", key, "").status()).isEqualTo(200);
        assertThat(api.post(session + "/end", key, "").status()).isEqualTo(200);
        JsonNode listed = api.get("/api/keys", ada.token()).json().path("keys").path(0);
        assertThat(listed.path("last_used_at").asString()).isNotBlank();
    }

    @Test
    void refusesAKeyOutsideItsScope() {
        String key = create(ada, "editor").text("key");
        for (String path : List.of(
                "/api/account",
                "/api/keys",
                "/api/sessions/history",
                "/api/sessions/" + UUID.randomUUID(),
                "/api/flow/stream",
                "/api/unknown")) {
            api.get(path, key).isProblem(403, "forbidden");
        }
        for (String path : List.of("/api/keys", "/api/flow/detect", "/api/account/password", "/api/flow/feedback")) {
            api.post(path, key, "{}").isProblem(403, "forbidden");
        }
        api.sendJson("PATCH", "/api/account", key, "{}").isProblem(403, "forbidden");
        api.get("/ws?token=" + key, null).isProblem(403, "forbidden");
    }

    @Test
    void readsOnesOwnHistoryWithAReadKeyAndSendsNothing() {
        String session = api.post("/api/sessions/start", ada.token(), "{\"language\": \"java\"}")
                .text("session_id");
        Answer made = api.post("/api/keys", ada.token(), "{\"name\": \"calendar\", \"scope\": \"read\"}");
        assertThat(made.status()).as(made.toString()).isEqualTo(201);
        assertThat(made.text("scope")).isEqualTo("read");
        String key = made.text("key");

        assertThat(api.get("/api/sessions/current", key).json().path("sessions"))
                .hasSize(1);
        assertThat(api.get("/api/flow/analytics", key).status()).isEqualTo(200);
        api.post("/api/sessions/start", key, "{}").isProblem(403, "forbidden");
        api.get("/api/account", key).isProblem(403, "forbidden");
        api.get("/ws?token=" + key, null).isProblem(403, "forbidden");

        assertThat(revoke(ada, made.text("key_id")).status()).isEqualTo(204);
        api.get("/api/sessions/current", key).isProblem(401, "unauthenticated");
    }

    @Test
    void refusesARevokedKey() {
        Answer made = create(ada, "editor");
        String key = made.text("key");
        assertThat(api.post("/api/sessions/start", key, "{}").status()).isEqualTo(201);

        assertThat(revoke(ada, made.text("key_id")).status()).isEqualTo(204);

        api.post("/api/sessions/start", key, "{}").isProblem(401, "unauthenticated");
        assertThat(api.get("/api/keys", ada.token()).json().path("keys")).isEmpty();
        revoke(ada, made.text("key_id")).isProblem(404, "not-found");
    }

    @Test
    void hidesKeysOfOtherUsers() {
        Answer made = create(ada, "editor");
        User bob = gateway.user();
        revoke(bob, made.text("key_id")).isProblem(404, "not-found");
        revoke(bob, "x").isProblem(404, "not-found");
        assertThat(api.get("/api/keys", bob.token()).json().path("keys")).isEmpty();
        assertThat(api.post("/api/sessions/start", made.text("key"), "{}").status())
                .isEqualTo(201);
    }

    @Test
    void limitsKeysPerAccountUnderConcurrency() {
        List<Integer> statuses = IntStream.range(0, 30)
                .parallel()
                .mapToObj(i -> create(ada, "editor " + i).status())
                .toList();
        assertThat(statuses.stream().filter(status -> status == 201)).hasSize(20);
        assertThat(new HashSet<>(statuses)).isEqualTo(Set.of(201, 409));
        create(ada, "one more").isProblem(409, "limit-reached");
        List<JsonNode> keys = new ArrayList<>();
        api.get("/api/keys", ada.token()).json().path("keys").forEach(keys::add);
        assertThat(keys).hasSize(20);
    }

    @Test
    void requiresNameAndScope() {
        api.post("/api/keys", ada.token(), "{\"scope\": \"ingest\"}")
                .isProblem(400, "invalid-request")
                .withField("name");
        api.post("/api/keys", ada.token(), "{\"name\": \"editor\"}")
                .isProblem(400, "invalid-request")
                .withField("scope");
        api.post("/api/keys", ada.token(), "{\"name\": \"editor\", \"scope\": \"everything\"}")
                .isProblem(400, "invalid-request")
                .withField("scope");
        api.post("/api/keys", ada.token(), "{\"name\": \"%s\", \"scope\": \"ingest\"}".formatted("x".repeat(101)))
                .isProblem(400, "invalid-request")
                .withField("name");
        api.post("/api/keys", null, "{}").isProblem(401, "unauthenticated");
    }

    private Answer create(User user, String name) {
        return api.post("/api/keys", user.token(), "{\"name\": \"%s\", \"scope\": \"ingest\"}".formatted(name));
    }

    private Answer revoke(User user, String keyId) {
        return api.send(api.request("/api/keys/" + keyId, user.token()).DELETE().build());
    }
}
