package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.crypto.tink.subtle.Ed25519Verify;
import com.nimbusds.jose.JWSObject;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.OctetKeyPair;
import dev.mindfulcode.apigateway.Api.Answer;
import dev.mindfulcode.apigateway.Api.User;
import dev.mindfulcode.dataprotection.ErasedUsers;
import dev.mindfulcode.dataprotection.ErasurePlace;
import dev.mindfulcode.dataprotection.Erasures;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.sql.Connection;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import tools.jackson.databind.JsonNode;

@Timeout(180)
class PurgeApiTest {

    private static final String CONFIRMED = "{\"current_password\": \"" + Api.PASSWORD + "\"}";

    /** The stream does not run in these tests. */
    private static final List<String> BY_OTHERS =
            List.of("state_stores", "changelogs", "team_contributions", "read_models", "plugin_results", "key_table");

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;

    @Test
    void needsTheCurrentPassword() {
        User ada = gateway.user();
        purge(ada, "").isProblem(400, "invalid-request").withField("current_password");
        purge(ada, "{}").isProblem(400, "invalid-request").withField("current_password");
        purge(ada, "{\"password\": \"x\"}").isProblem(400, "invalid-request").withField("password");
        purge(ada, "{\"current_password\": \"not the password\"}")
                .isProblem(403, "wrong-password")
                .withField("current_password");
        assertThat(api.get("/api/account", ada.token()).status()).isEqualTo(200);
        assertThat(gateway.count("SELECT count(*) FROM protection.erasures WHERE user_id = ?", ada.id()))
                .isZero();
    }

    @Test
    void refusesAnApiKeyAndUnknownReceipts() {
        User ada = gateway.user();
        String key = api.post("/api/keys", ada.token(), "{\"name\": \"editor\", \"scope\": \"ingest\"}")
                .text("key");
        api.sendJson("DELETE", "/api/privacy/purge", key, CONFIRMED).isProblem(403, "forbidden");
        for (String receipt : List.of("x".repeat(43), "x", ada.id().toString())) {
            api.get("/api/privacy/purge/" + receipt, null).isProblem(404, "not-found");
        }
    }

    @Test
    void endsEveryCredentialAndConnectionAtOnce() {
        User ada = gateway.user();
        String key = api.post("/api/keys", ada.token(), "{\"name\": \"editor\", \"scope\": \"ingest\"}")
                .text("key");
        assertThat(api.post("/api/sessions/start", key, "{}").status()).isEqualTo(201);
        String ticket = api.post("/api/live/tickets", ada.token(), "").text("ticket");
        try (LiveWebSocketClient socket = LiveWebSocketClient.connect(api, ada.token());
                LiveWebSocketClient graph =
                        LiveWebSocketClient.open(api, "/graphql?token=" + ada.token(), "graphql-transport-ws");
                EventStreamClient events = EventStreamClient.connect(api, ada.token())) {
            graph.send("{\"type\": \"connection_init\"}");
            graph.next(LiveWebSocketClient.ofType("connection_ack"));

            purged(ada);

            assertThat(socket.closeStatus()).isEqualTo(4401);
            assertThat(graph.closeStatus()).isEqualTo(4403);
            events.upTo(LiveWebSocketClient.ofType("error"));
        }
        api.get("/api/account", ada.token()).isProblem(401, "unauthenticated");
        api.post("/api/sessions/start", key, "{}").isProblem(401, "unauthenticated");
        api.get("/api/flow/stream?ticket=" + ticket, null).isProblem(401, "unauthenticated");
        api.post("/api/auth/refresh", null, "{\"refresh_token\": \"" + ada.refreshToken() + "\"}")
                .isProblem(401, "invalid-refresh-token");
        api.post("/api/auth/login", null, """
                {"email": "%s", "password": "%s"}""".formatted(ada.email(), Api.PASSWORD))
                .isProblem(401, "invalid-credentials");
        purge(ada, CONFIRMED).isProblem(401, "unauthenticated");
    }

    @Test
    void erasesEveryRowOfTheUserAndProvesIt() throws Exception {
        User ada = gateway.user();
        User bob = gateway.user();
        String session = api.post("/api/sessions/start", ada.token(), "{\"project\": \"secret-project\"}")
                .text("session_id");
        api.post("/api/sessions/start", bob.token(), "{}");
        api.patch("/api/account/preferences", ada.token(), "{\"sensitivity\": 0.9}");
        api.post("/api/calendar", ada.token(), "");
        api.put("/api/goals", ada.token(), "{\"weekly_flow_minutes\": 600}");
        api.put("/api/flow/feedback/settings", ada.token(), "{\"prompts_per_day\": 1}");
        api.post("/api/teams", ada.token(), "{\"name\": \"t\"}", "Idempotency-Key", "once");
        String pluginName = "mine-" + ada.id().toString().substring(24);
        String plugin = api.post("/api/plugins", ada.token(), MinimalPlugin.named(pluginName))
                .text("plugin_id");
        api.put("/api/plugins/" + plugin + "/install", ada.token(), "{\"capabilities\": [\"emit_results\"]}");
        Answer run = api.post("/api/analytics", ada.token(), "{\"plugin\": \"" + plugin + "\"}");
        assertThat(run.status()).as(run.toString()).isEqualTo(202);
        Eventually.holds(() -> api.get("/api/sessions/" + session, ada.token()).status() == 200);

        Answer accepted = purged(ada);

        String receipt = accepted.text("receipt");
        assertThat(receipt).hasSize(43);
        assertThat(accepted.text("status_url")).isEqualTo("/api/privacy/purge/" + receipt);
        assertThat(accepted.header("Location")).isEqualTo(accepted.text("status_url"));
        Eventually.holds(() -> pending(receipt).keySet().stream().allMatch(BY_OTHERS::contains));
        JsonNode status = api.get(accepted.text("status_url"), null).json();
        assertThat(status.path("state").asString()).isEqualTo("in_progress");
        assertThat(status.path("account_digest").asString())
                .isEqualTo(Base64.getUrlEncoder()
                        .withoutPadding()
                        .encodeToString(MessageDigest.getInstance("SHA-256")
                                .digest((receipt + "/" + ada.id()).getBytes(StandardCharsets.UTF_8))));
        assertThat(place(status, "key").path("state").asString()).isEqualTo("done");
        assertThat(place(status, "tokens").path("items").asInt()).isEqualTo(1);
        assertThat(place(status, "sessions").path("items").asInt()).isPositive();
        assertThat(place(status, "teams").path("items").asInt()).isEqualTo(1);
        assertThat(place(status, "idempotent_answers").path("items").asInt()).isEqualTo(1);
        assertThat(place(status, "preferences").path("items").asInt()).isGreaterThanOrEqualTo(2);
        assertThat(place(status, "read_models").path("items").asInt()).isPositive();
        assertThat(place(status, "key_table").path("state").asString()).isIn("done", "operator");
        assertThat(place(status, "backups").path("state").asString()).isEqualTo("operator");
        assertThat(place(status, "backups").path("detail").asString()).contains("rotated");
        assertThat(rowsWith(ada.id())).isEqualTo(Map.of("protection.erasures.user_id", 1L));
        assertThat(rowsWith(bob.id())).containsKey("gateway.session_owners.user_id");
        assertThat(gateway.count(
                        "SELECT count(*) FROM gateway.sent_events WHERE record_key = ?",
                        ada.id().toString()))
                .as("the marker alone")
                .isEqualTo(1);
        assertThat(gateway.count("SELECT count(*) FROM gateway.plugins WHERE name = ?", pluginName))
                .isZero();
    }

    /** The request was long before the commit, or on a machine whose clock is behind. */
    @Test
    void countsNoTimeBeforeTheErasureWasCommitted() throws Exception {
        User ada = gateway.user();
        String receipt = ada.id() + "-123456";
        try (Connection connection = gateway.connection()) {
            connection.setAutoCommit(false);
            ErasedUsers.destroyKeys(connection, ada.id());
            Erasures.begin(connection, ada.id(), receipt, Instant.now().minus(Duration.ofHours(1)));
            connection.commit();
        }
        Instant committed = Instant.now();

        Eventually.holds(() -> !pending(receipt).containsKey("caches"));

        JsonNode caches = place(api.get("/api/privacy/purge/" + receipt, null).json(), "caches");
        assertThat(Instant.parse(caches.path("done_at").asString()))
                .isAfterOrEqualTo(committed.plus(ErasedUsers.IN_FORCE_WITHIN));
    }

    @Test
    void signsTheReceipt() throws Exception {
        Answer accepted = purged(gateway.user());
        Answer served = api.get("/.well-known/mindful-receipt-keys.json", null);
        OctetKeyPair key = JWKSet.parse(new String(served.body(), StandardCharsets.UTF_8))
                .getKeys()
                .getFirst()
                .toOctetKeyPair();

        Answer document = api.get(accepted.text("document_url"), null);

        assertThat(document.header("Content-Type")).isEqualTo("application/jose");
        JWSObject signed = JWSObject.parse(new String(document.body(), StandardCharsets.US_ASCII));
        assertThat(signed.getHeader().getKeyID())
                .isEqualTo(key.computeThumbprint().toString());
        byte[] input = signed.getSigningInput();
        Ed25519Verify verifier = new Ed25519Verify(key.getDecodedX());
        verifier.verify(signed.getSignature().decode(), input);
        JsonNode content = Api.JSON.readTree(signed.getPayload().toBytes());
        assertThat(content.path("erasure").path("account_digest"))
                .isEqualTo(api.get(accepted.text("status_url"), null).json().path("account_digest"));
        assertThat(content.path("erasure").path("places").size()).isEqualTo(ErasurePlace.values().length);
        input[input.length - 1] ^= 1;
        assertThatThrownBy(() -> verifier.verify(signed.getSignature().decode(), input))
                .isInstanceOf(GeneralSecurityException.class);
    }

    @Test
    void registersTheSameAddressAgainAndStartsEmpty() {
        User ada = gateway.user();
        api.post("/api/sessions/start", ada.token(), "{}");
        purged(ada);

        User again = api.register(ada.email());

        assertThat(again.id()).isNotEqualTo(ada.id());
        assertThat(api.get("/api/sessions/history", again.token()).json().path("sessions"))
                .isEmpty();
        assertThat(api.get("/api/teams", again.token()).json().path("teams")).isEmpty();
    }

    @Test
    void concurrentPurgesAreOneErasure() {
        User ada = gateway.user();
        List<Integer> statuses = IntStream.range(0, 4)
                .parallel()
                .mapToObj(i -> purge(ada, CONFIRMED).status())
                .toList();
        assertThat(statuses).containsOnlyOnce(202);
        assertThat(statuses).containsOnly(202, 401);
        assertThat(gateway.count("SELECT count(*) FROM protection.erasures WHERE user_id = ?", ada.id()))
                .isEqualTo(1);
    }

    @Test
    void theOldestAdminBecomesOwnerOfATeamWhoseOwnerLeaves() {
        User owner = gateway.user();
        User member = gateway.user();
        User admin = gateway.user();
        UUID team = team(owner);
        gateway.join(team, owner, member, "member");
        gateway.join(team, owner, admin, "admin");

        purged(owner);

        Eventually.holds(
                () -> api.get("/api/teams/" + team, admin.token()).text("role").equals("owner"));
        JsonNode members = api.get("/api/teams/" + team + "/members", member.token())
                .json()
                .path("members");
        assertThat(members).hasSize(2);
        assertThat(api.get("/api/teams/" + team, member.token()).text("role")).isEqualTo("member");
    }

    @Test
    void aTeamWithoutMembersGoesWithItsRules() {
        User owner = gateway.user();
        UUID team = team(owner);
        gateway.putOnPremium(team);
        Answer rule = api.post("/api/teams/" + team + "/alerts", owner.token(), """
                {"indicator": "weekend_share", "threshold": 0.2, "window": "four_weeks", "channel": "live"}""");
        assertThat(rule.status()).as(rule.toString()).isEqualTo(201);
        String key = team + ":" + rule.text("rule_id");

        purged(owner);

        Eventually.holds(() -> gateway.count("SELECT count(*) FROM identity.teams WHERE team_id = ?", team) == 0);
        Eventually.holds(() -> gateway.count(
                        "SELECT count(*) FROM gateway.sent_events WHERE record_key = ? AND record_value IS NULL", key)
                == 1);
    }

    @Test
    void invitationsOfAndForTheUserGo() {
        User owner = gateway.user();
        User ada = gateway.user();
        UUID team = team(owner);
        gateway.join(team, owner, ada, "admin");
        UUID other = team(owner);
        invite(other, owner, ada.email());
        invite(team, ada, "somebody-" + UUID.randomUUID() + "@example.org");

        Answer accepted = purged(ada);

        assertThat(place(api.get(accepted.text("status_url"), null).json(), "invitations")
                        .path("items")
                        .asInt())
                .isEqualTo(2);
        assertThat(api.get("/api/teams/" + other + "/invitations", owner.token())
                        .json()
                        .path("invitations"))
                .isEmpty();
    }

    private void invite(UUID team, User by, String email) {
        Answer invited = api.post("/api/teams/" + team + "/members", by.token(), """
                {"email": "%s", "role": "member"}""".formatted(email));
        assertThat(invited.status()).as(invited.toString()).isEqualTo(201);
    }

    private UUID team(User owner) {
        return UUID.fromString(
                api.post("/api/teams", owner.token(), "{\"name\": \"t\"}").text("team_id"));
    }

    private Answer purged(User user) {
        Answer accepted = purge(user, CONFIRMED);
        assertThat(accepted.status()).as(accepted.toString()).isEqualTo(202);
        return accepted;
    }

    private Answer purge(User user, String body) {
        return api.sendJson("DELETE", "/api/privacy/purge", user.token(), body);
    }

    private Map<String, JsonNode> pending(String receipt) {
        return api.get("/api/privacy/purge/" + receipt, null)
                .json()
                .path("places")
                .valueStream()
                .filter(place -> place.path("state").asString().equals("pending"))
                .collect(Collectors.toMap(place -> place.path("place").asString(), place -> place));
    }

    private static JsonNode place(JsonNode status, String name) {
        return status.path("places")
                .valueStream()
                .filter(place -> place.path("place").asString().equals(name))
                .findFirst()
                .orElseThrow();
    }

    /** Returns the columns of type uuid, of all tables of the database, in which an id occurs, and how often. */
    private Map<String, Long> rowsWith(UUID id) throws Exception {
        Map<String, Long> found = new TreeMap<>();
        try (var connection = gateway.connection();
                var columns = connection.createStatement().executeQuery("""
                        SELECT table_schema, table_name, column_name FROM information_schema.columns
                        WHERE data_type = 'uuid' AND table_schema NOT IN ('pg_catalog', 'information_schema')""")) {
            while (columns.next()) {
                String table = columns.getString(1) + "." + columns.getString(2);
                String column = columns.getString(3);
                if (table.equals("identity.revocations")
                        || table.equals("protection.erased_users")
                        || table.equals("protection.key_changes")) {
                    continue; // the id alone: for as long as tokens last, and for good
                }
                long rows = gateway.count("SELECT count(*) FROM " + table + " WHERE " + column + " = ?", id);
                if (rows > 0) {
                    found.put(table + "." + column, rows);
                }
            }
        }
        return found;
    }
}
