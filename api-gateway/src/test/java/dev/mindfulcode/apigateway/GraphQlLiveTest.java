package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.User;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.SessionStatus;
import dev.mindfulcode.schemas.Topics;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class GraphQlLiveTest {

    private static final String FLOW_STATES = Topics.FLOW_STATES.name();
    private static final String PROTOCOL = "graphql-transport-ws";
    private static final String LEGACY = "graphql-ws";
    private static final String FLOW = """
            subscription Flow($id: ID) { flowState(sessionId: $id) {
              sessionId at receivedAt
              flowState { isInFlow reason dataAmount flowIntensity flowDurationMs confidence recommendations
                metrics { rhythmScore focusScore consistencyScore errorPenalty velocityScore } }
              session { status keystrokes errors activeMs flowMs } } }""";
    private static final String STATUS = "subscription { session { sessionId at status } }";

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;
    private final TestKafka log = gateway.log();
    private final User ada = gateway.user();
    private final User bob = gateway.user();

    @AfterEach
    void closeLog() {
        log.close();
    }

    @Test
    void subscriberReceivesStatesOfItsUserOnly() {
        UUID hers = UUID.randomUUID();
        UUID his = UUID.randomUUID();
        try (LiveWebSocketClient adas = connected(ada.token());
                LiveWebSocketClient bobs = connected(bob.token())) {
            subscribe(adas, "1", FLOW, Map.of());
            subscribe(bobs, "1", FLOW, Map.of());
            isSubscribed(adas);
            isSubscribed(bobs);
            for (int version = 1; version <= 50; version++) {
                log.appendLater(FLOW_STATES, ada.id(), state(ada, hers, version));
                log.appendLater(FLOW_STATES, bob.id(), state(bob, his, version));
            }
            List<JsonNode> toAda = adas.upTo(next("1", "keystrokes", 50));
            List<JsonNode> toBob = bobs.upTo(next("1", "keystrokes", 50));
            assertThat(toAda).allMatch(message -> isOf(message, hers));
            assertThat(toBob).allMatch(message -> isOf(message, his));
            JsonNode update = toAda.getLast().path("payload").path("data").path("flowState");
            assertThat(Instant.parse(update.path("at").asString()))
                    .isAfter(Instant.now().minusSeconds(600));
            assertThat(Instant.parse(update.path("receivedAt").asString()))
                    .isAfter(Instant.now().minusSeconds(600));
            JsonNode flow = update.path("flowState");
            assertThat(flow.path("isInFlow").asBoolean()).isTrue();
            assertThat(flow.path("reason").isNull()).isTrue();
            assertThat(flow.path("dataAmount").asString()).isEqualTo("some");
            assertThat(flow.path("flowIntensity").floatValue()).isEqualTo(0.75f);
            assertThat(flow.path("flowDurationMs").asLong()).isEqualTo(60_000);
            assertThat(flow.path("metrics").path("focusScore").floatValue()).isEqualTo(0.8f);
            assertThat(update.path("session").path("status").asString()).isEqualTo("active");
        }
    }

    @Test
    void subscriberReceivesWhatItMissed() {
        UUID session = UUID.randomUUID();
        Instant began = Instant.now().minusSeconds(60).truncatedTo(ChronoUnit.MILLIS);
        try (LiveWebSocketClient client = connected(ada.token())) {
            subscribe(client, "now", FLOW, Map.of());
            isSubscribed(client);
            for (int version = 1; version <= 3; version++) {
                FlowState state = FlowState.newBuilder(FlowStates.state(session, version, SessionStatus.ACTIVE))
                        .setAt(began.plusSeconds(10L * version))
                        .build();
                log.append(FLOW_STATES, ada.id(), log.seal(Topics.FLOW_STATES, ada.id(), state));
            }
            client.next(next("now", "keystrokes", 3));
            String since = began.plusSeconds(10).toString();
            subscribe(
                    client,
                    "missed",
                    "subscription Missed($since: DateTime) { flowState(since: $since) {"
                            + " session { keystrokes } } }",
                    Map.of("since", since));
            List<JsonNode> missed = client.upTo(next("missed", "keystrokes", 3));
            assertThat(missed).hasSize(2);
            assertThat(next("missed", "keystrokes", 2).test(missed.getFirst())).isTrue();
        }
    }

    @Test
    void operationsOfAConnectionEndIndependently() {
        UUID one = UUID.randomUUID();
        UUID other = UUID.randomUUID();
        String started = api.post("/api/sessions/start", ada.token(), "{}").text("session_id");
        try (LiveWebSocketClient client = connected(ada.token())) {
            subscribe(client, "of-one", FLOW, Map.of("id", one.toString()));
            subscribe(client, "of-all", FLOW, Map.of());
            subscribe(client, "status", STATUS, Map.of());
            isSubscribed(client);
            log.append(FLOW_STATES, ada.id(), state(ada, other, 1));
            log.append(FLOW_STATES, ada.id(), state(ada, one, 2));
            List<JsonNode> messages = client.upTo(next("of-one", "keystrokes", 2));
            assertThat(messages.stream()
                            .filter(message -> message.path("id").asString().equals("of-one")))
                    .allMatch(message -> isOf(message, one));
            api.post("/api/sessions/" + started + "/pause", ada.token(), "");
            JsonNode paused = client.next(
                            message -> message.path("id").asString().equals("status"))
                    .path("payload")
                    .path("data")
                    .path("session");
            assertThat(paused.path("sessionId").asString()).isEqualTo(started);
            assertThat(paused.path("status").asString()).isEqualTo("paused");

            client.send("{\"type\": \"complete\", \"id\": \"of-all\"}");
            isSubscribed(client);
            log.append(FLOW_STATES, ada.id(), state(ada, one, 3));
            log.append(FLOW_STATES, ada.id(), state(ada, other, 4));
            log.append(FLOW_STATES, ada.id(), state(ada, one, 5));
            assertThat(client.upTo(next("of-one", "keystrokes", 5)))
                    .noneMatch(message -> message.path("id").asString().equals("of-all"));
            subscribe(client, "of-all", FLOW, Map.of());
            client.next(next("of-all", "keystrokes", 5));
        }
    }

    @Test
    void answersQueriesAndErrorsOverTheSocket() {
        try (LiveWebSocketClient client = connected(ada.token())) {
            subscribe(client, "q", "{ currentSessions { sessionId } }", Map.of());
            assertThat(client.next(ofType("next"))
                            .path("payload")
                            .path("data")
                            .path("currentSessions")
                            .isArray())
                    .isTrue();
            assertThat(client.next(ofType("complete")).path("id").asString()).isEqualTo("q");
            for (String wrong :
                    List.of("{ nothing }", "subscription {", "subscription { a: session { at } b: session { at } }")) {
                subscribe(client, "q", wrong, Map.of());
                JsonNode error = client.next(ofType("error"));
                assertThat(error.path("id").asString()).isEqualTo("q");
                assertThat(error.path("payload")
                                .path(0)
                                .path("extensions")
                                .path("code")
                                .asString())
                        .isEqualTo("invalid-request");
            }
            client.send("{\"type\": \"ping\"}");
            client.next(ofType("pong"));
        }
    }

    @Test
    void acceptsATokenInHandshakeOrFirstMessage() {
        try (LiveWebSocketClient client = LiveWebSocketClient.open(api, "/graphql?token=" + ada.token(), PROTOCOL)) {
            client.send("{\"type\": \"connection_init\"}");
            client.next(ofType("connection_ack"));
        }
        try (LiveWebSocketClient client = LiveWebSocketClient.open(api, "/graphql", PROTOCOL)) {
            client.send("{\"type\": \"connection_init\", \"payload\": {\"Authorization\": \"Bearer " + ada.token()
                    + "\"}}");
            client.next(ofType("connection_ack"));
        }
        for (String payload : List.of(
                "{}",
                "{\"token\": \"nonsense\"}",
                "{\"token\": \"" + Tokens.unsigned(ada.id().toString()) + "\"}")) {
            try (LiveWebSocketClient client = LiveWebSocketClient.open(api, "/graphql", PROTOCOL)) {
                client.send("{\"type\": \"connection_init\", \"payload\": " + payload + "}");
                assertThat(client.closeStatus()).as(payload).isEqualTo(4403);
            }
        }
    }

    @Test
    void enforcesTheProtocol() {
        try (LiveWebSocketClient client = LiveWebSocketClient.open(api, "/graphql", null)) {
            assertThat(client.closeStatus()).as("without a protocol").isEqualTo(4406);
        }
        try (LiveWebSocketClient client = LiveWebSocketClient.open(api, "/graphql", PROTOCOL)) {
            subscribe(client, "1", FLOW, Map.of());
            assertThat(client.closeStatus()).as("before connection_init").isEqualTo(4401);
        }
        try (LiveWebSocketClient client = LiveWebSocketClient.open(api, "/graphql", PROTOCOL)) {
            assertThat(client.closeStatus()).as("without a word").isEqualTo(4408);
        }
        try (LiveWebSocketClient client = connected(ada.token())) {
            client.send("{\"type\": \"connection_init\"}");
            assertThat(client.closeStatus()).as("twice").isEqualTo(4429);
        }
        try (LiveWebSocketClient client = connected(ada.token())) {
            subscribe(client, "1", FLOW, Map.of());
            subscribe(client, "1", FLOW, Map.of());
            assertThat(client.closeStatus()).as("an id twice").isEqualTo(4409);
        }
        for (String wrong : List.of(
                "{",
                "[]",
                "1",
                "{\"type\": \"start\"}",
                "{\"type\": \"subscribe\"}",
                "{\"type\": \"subscribe\", \"id\": \"1\"}",
                "{\"type\": \"complete\"}",
                "{\"type\": \"subscribe\", \"id\": \"1\", \"payload\": {\"query\": 1}}")) {
            try (LiveWebSocketClient client = connected(ada.token())) {
                client.send(wrong);
                assertThat(client.closeStatus()).as(wrong).isEqualTo(4400);
            }
        }
        try (LiveWebSocketClient client = connected(ada.token())) {
            client.sendBinary(new byte[] {1, 2, 3});
            assertThat(client.closeStatus()).as("binary").isEqualTo(4400);
        }
    }

    @Test
    void limitsAConnection() {
        try (LiveWebSocketClient client = connected(ada.token())) {
            for (int i = 0; i < 16; i++) {
                subscribe(client, "s" + i, FLOW, Map.of());
            }
            subscribe(client, "one-more", FLOW, Map.of());
            JsonNode error = client.next(ofType("error"));
            assertThat(error.path("id").asString()).isEqualTo("one-more");
            assertThat(error.path("payload")
                            .path(0)
                            .path("extensions")
                            .path("code")
                            .asString())
                    .isEqualTo("too-many-connections");
            client.send("{\"type\": \"ping\"}");
            client.next(ofType("pong"));
        }
        try (LiveWebSocketClient client = connected(ada.token())) {
            for (int i = 0; i < 601; i++) {
                client.sendIfOpen("{\"type\": \"pong\"}");
            }
            assertThat(client.closeStatus()).as("too many messages").isEqualTo(4429);
        }
        try (LiveWebSocketClient client = connected(ada.token())) {
            client.sendIfOpen("{\"type\": \"" + "x".repeat(100_000) + "\"}");
            assertThat(client.closeStatus()).as("too long a message").isIn(1009, -1);
        }
    }

    @Test
    void countsSocketsAndStreamsAsLiveConnections() {
        List<LiveWebSocketClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 16; i++) {
                clients.add(connected(bob.token()));
                subscribe(clients.getLast(), "1", FLOW, Map.of());
                subscribe(clients.getLast(), "2", STATUS, Map.of());
            }
            try (LiveWebSocketClient tooMany = LiveWebSocketClient.open(api, "/graphql", PROTOCOL)) {
                tooMany.send("{\"type\": \"connection_init\", \"payload\": {\"token\": \"" + bob.token() + "\"}}");
                assertThat(tooMany.closeStatus()).isEqualTo(1013);
            }
            api.send(stream(bob.token(), FLOW)).isGraphQlError(429, "too-many-connections");
        } finally {
            clients.forEach(LiveWebSocketClient::close);
        }
        Eventually.holds(() -> {
            try (LiveWebSocketClient again = LiveWebSocketClient.open(api, "/graphql?token=" + bob.token(), PROTOCOL)) {
                again.send("{\"type\": \"connection_init\"}");
                return again.upTo(message -> true)
                        .getLast()
                        .path("type")
                        .asString()
                        .equals("connection_ack");
            } catch (AssertionError e) {
                return false; // closed: the others still count
            }
        });
    }

    @Test
    void subscriptionEndsWithItsToken() {
        String brief = Tokens.signed(ada.id().toString(), Instant.now().plusSeconds(2));
        try (LiveWebSocketClient client = connected(brief);
                EventStreamClient events = EventStreamClient.open(api, stream(brief, FLOW))) {
            subscribe(client, "1", FLOW, Map.of());
            assertThat(client.closeStatus()).isEqualTo(4403);
            List<String> lines = new ArrayList<>();
            while (!lines.contains("END")) {
                lines.add(events.nextLine());
            }
            assertThat(lines).contains("event: next", "event: complete");
            assertThat(lines).anyMatch(line -> line.contains("\"code\":\"unauthenticated\""));
        }
    }

    @Test
    void subscriptionEndsWhenItsTokenIsRevoked() {
        try (LiveWebSocketClient client = connected(bob.token());
                EventStreamClient events = EventStreamClient.open(api, stream(bob.token(), FLOW))) {
            subscribe(client, "1", FLOW, Map.of());
            isSubscribed(client);
            api.post("/api/auth/logout", null, "{\"refresh_token\": \"" + bob.refreshToken() + "\"}");
            assertThat(client.closeStatus()).isEqualTo(4403);
            List<String> lines = new ArrayList<>();
            while (!lines.contains("END")) {
                lines.add(events.nextLine());
            }
            assertThat(lines).anyMatch(line -> line.contains("\"code\":\"unauthenticated\""));
        }
    }

    @Test
    void sendsTeamAlertsToLeadsOnly() throws java.sql.SQLException {
        String team =
                api.post("/api/teams", ada.token(), "{\"name\": \"Compilers\"}").text("team_id");
        gateway.putOnPremium(UUID.fromString(team));
        String query = "subscription Of($id: ID) { teamAlert(teamId: $id) { teamId at indicator text } }";
        try (LiveWebSocketClient adas = connected(ada.token());
                LiveWebSocketClient bobs = connected(bob.token())) {
            subscribe(adas, "1", query, Map.of("id", team));
            subscribe(adas, "2", query, Map.of());
            subscribe(adas, "3", query, Map.of("id", "no id"));
            assertThat(adas.next(ofType("error")).path("id").asString()).isEqualTo("3");
            subscribe(bobs, "1", query, Map.of("id", team));
            JsonNode refused = bobs.next(ofType("error"));
            assertThat(refused.at("/payload/0/extensions/code").asString()).isEqualTo("not-found");
            // Her own remain, and an id in use closes the connection.
            subscribe(adas, "1", query, Map.of());
            assertThat(adas.closeStatus()).isEqualTo(4409);
        }
    }

    @Test
    void rejectsApiKeys() {
        String key = api.post("/api/keys", ada.token(), "{\"name\": \"editor\", \"scope\": \"ingest\"}")
                .text("key");
        assertThat(key).isNotBlank();
        try (LiveWebSocketClient client = LiveWebSocketClient.open(api, "/graphql", PROTOCOL)) {
            client.send("{\"type\": \"connection_init\", \"payload\": {\"token\": \"" + key + "\"}}");
            assertThat(client.closeStatus()).isEqualTo(4403);
        }
        api.send(stream(key, FLOW)).isGraphQlError(403, "forbidden");
    }

    @Test
    void supportsTheLegacyProtocol() {
        UUID session = UUID.randomUUID();
        try (LiveWebSocketClient client = LiveWebSocketClient.open(api, "/graphql", LEGACY)) {
            client.send("{\"type\": \"connection_init\", \"payload\": {\"Authorization\": \"Bearer " + ada.token()
                    + "\"}}");
            assertThat(client.upTo(ofType("ka")).getFirst().path("type").asString())
                    .isEqualTo("connection_ack");
            client.send(legacy("start", "1", FLOW));
            client.send(legacy("start", "q", "{ __typename }"));
            JsonNode data = client.next(ofType("data"));
            assertThat(data.path("payload").path("data").path("__typename").asString())
                    .isEqualTo("Query");
            assertThat(client.next(ofType("complete")).path("id").asString()).isEqualTo("q");
            log.append(FLOW_STATES, ada.id(), state(ada, session, 1));
            JsonNode update = client.next(ofType("data"));
            assertThat(update.path("id").asString()).isEqualTo("1");
            assertThat(isOf(update, session)).isTrue();

            client.send(legacy("start", "wrong", "{ nothing }"));
            JsonNode error = client.next(ofType("error"));
            assertThat(error.path("id").asString()).isEqualTo("wrong");
            assertThat(error.path("payload").path("message").asString()).isNotBlank();
            assertThat(error.path("payload").path("extensions").path("code").asString())
                    .isEqualTo("invalid-request");
            assertThat(error.path("payload").path("errors").isArray()).isTrue();

            for (String malformed :
                    List.of("{\"type\": \"subscribe\", \"id\": \"x\"}", "{\"type\": ", "{\"type\": \"start\"}")) {
                client.send(malformed);
                assertThat(client.next(ofType("error"))
                                .path("payload")
                                .path("message")
                                .asString())
                        .isNotBlank();
            }
            // The same id again replaces the first one.
            client.send(legacy("start", "1", "{ __typename }"));
            assertThat(client.next(ofType("data")).path("payload").path("data").has("__typename"))
                    .isTrue();
            client.send("{\"type\": \"stop\", \"id\": \"1\"}");
            client.send("{\"type\": \"connection_terminate\"}");
            assertThat(client.closeStatus()).isEqualTo(1000);
        }
    }

    @Test
    void legacyProtocolReportsTheReason() {
        try (LiveWebSocketClient client = LiveWebSocketClient.open(api, "/graphql", LEGACY)) {
            client.send("{\"type\": \"connection_init\", \"payload\": {\"token\": \"nonsense\"}}");
            assertThat(client.next(ofType("connection_error"))
                            .path("payload")
                            .path("message")
                            .asString())
                    .isNotBlank();
            assertThat(client.closeStatus()).isEqualTo(1011);
        }
        try (LiveWebSocketClient client = LiveWebSocketClient.open(api, "/graphql", LEGACY)) {
            client.send(legacy("start", "1", FLOW));
            client.next(ofType("connection_error"));
            assertThat(client.closeStatus()).isEqualTo(4401);
        }
        String brief = Tokens.signed(ada.id().toString(), Instant.now().plusSeconds(2));
        try (LiveWebSocketClient client = LiveWebSocketClient.open(api, "/graphql?token=" + brief, LEGACY)) {
            client.send("{\"type\": \"connection_init\"}");
            client.next(ofType("connection_ack"));
            client.next(ofType("connection_error"));
            assertThat(client.closeStatus()).isEqualTo(1011);
        }
    }

    private static String legacy(String type, String id, String query) {
        return Api.JSON.writeValueAsString(Map.of("type", type, "id", id, "payload", Map.of("query", query)));
    }

    @Test
    void serverSentEventsHaveOneOperation() {
        UUID session = UUID.randomUUID();
        try (EventStreamClient posted = EventStreamClient.open(api, stream(ada.token(), FLOW));
                EventStreamClient got = EventStreamClient.open(
                        api,
                        api.request(
                                        "/graphql?token=" + ada.token() + "&query="
                                                + URLEncoder.encode(FLOW, StandardCharsets.UTF_8) + "&variables="
                                                + URLEncoder.encode(
                                                        "{\"id\": \"" + session + "\"}", StandardCharsets.UTF_8),
                                        null,
                                        "Accept",
                                        "text/event-stream")
                                .GET()
                                .build())) {
            Predicate<JsonNode> second = message -> message.path("data")
                            .path("flowState")
                            .path("session")
                            .path("keystrokes")
                            .asInt()
                    == 2;
            log.append(FLOW_STATES, ada.id(), state(ada, session, 1));
            log.append(FLOW_STATES, ada.id(), state(ada, session, 2));
            posted.upTo(second);
            got.upTo(second);
        }
        try (EventStreamClient query =
                EventStreamClient.open(api, stream(ada.token(), "{ currentSessions { sessionId } }"))) {
            List<String> lines = new ArrayList<>();
            while (!lines.contains("END")) {
                lines.add(query.nextLine());
            }
            assertThat(lines).containsSubsequence("event: next", "event: complete");
            assertThat(lines).anyMatch(line -> line.startsWith("data: {\"data\":{\"currentSessions\":["));
        }
        try (EventStreamClient wrong = EventStreamClient.open(api, stream(ada.token(), "{ nothing }"))) {
            assertThat(wrong.upTo(message -> message.has("errors"))
                            .getLast()
                            .path("errors")
                            .path(0)
                            .path("extensions")
                            .path("code")
                            .asString())
                    .isEqualTo("invalid-request");
        }
    }

    @Test
    void rejectsSubscriptionsByPlainPost() {
        JsonNode answer = api.post("/graphql", ada.token(), Api.JSON.writeValueAsString(Map.of("query", FLOW)))
                .json();
        assertThat(answer.path("errors").path(0).path("extensions").path("code").asString())
                .isEqualTo("invalid-request");
        assertThat(answer.path("errors").path(0).path("message").asString()).contains("WebSocket");
    }

    private LiveWebSocketClient connected(String token) {
        LiveWebSocketClient client = LiveWebSocketClient.open(api, "/graphql", PROTOCOL);
        client.send("{\"type\": \"connection_init\", \"payload\": {\"token\": \"" + token + "\"}}");
        client.next(ofType("connection_ack"));
        return client;
    }

    private static void subscribe(LiveWebSocketClient client, String id, String query, Map<String, Object> variables) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("type", "subscribe");
        message.put("id", id);
        message.put("payload", Map.of("query", query, "variables", variables));
        client.send(Api.JSON.writeValueAsString(message));
    }

    /** Messages are handled in order, so earlier ones are done. */
    private static void isSubscribed(LiveWebSocketClient client) {
        client.send("{\"type\": \"ping\"}");
        client.next(ofType("pong"));
    }

    private HttpRequest stream(String token, String query) {
        return api.request("/graphql", token, "Accept", "text/event-stream")
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(Api.JSON.writeValueAsString(Map.of("query", query))))
                .build();
    }

    private byte[] state(User user, UUID session, long version) {
        return log.seal(Topics.FLOW_STATES, user.id(), FlowStates.state(session, version, SessionStatus.ACTIVE));
    }

    private static Predicate<JsonNode> ofType(String type) {
        return LiveWebSocketClient.ofType(type);
    }

    private static Predicate<JsonNode> next(String id, String total, long value) {
        return message -> message.path("id").asString().equals(id)
                && message.path("payload")
                                .path("data")
                                .path("flowState")
                                .path("session")
                                .path(total)
                                .asLong()
                        == value;
    }

    private static boolean isOf(JsonNode message, UUID session) {
        return message.path("payload")
                .path("data")
                .path("flowState")
                .path("sessionId")
                .asString()
                .equals(session.toString());
    }
}
