package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.apigateway.Api.User;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.SessionStatus;
import dev.mindfulcode.schemas.Topics;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.WebSocketHandshakeException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionException;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class LiveUpdatesTest {

    private static final String FLOW_STATES = Topics.FLOW_STATES.name();

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final Api api = gateway.api;
    private final TestKafka log = gateway.log();
    private final User ada = gateway.user();
    private final User bob = gateway.user();

    @AfterEach
    void closeLog() {
        log.close();
    }

    private byte[] state(User user, UUID session, long version) {
        return log.seal(Topics.FLOW_STATES, user.id(), FlowStates.state(session, version, SessionStatus.ACTIVE));
    }

    private static Predicate<JsonNode> stateOf(UUID session, long version) {
        return message -> message.path("type").asString().equals("flow_state_update")
                && message.path("session_id").asString().equals(session.toString())
                && message.path("session").path("keystrokes").asLong() == version;
    }

    @Test
    void sendsStatesOnlyToClientsOfTheirUser() {
        UUID hers = UUID.randomUUID();
        UUID his = UUID.randomUUID();
        try (LiveWebSocketClient adaSocket = LiveWebSocketClient.connect(api, ada.token());
                LiveWebSocketClient bobSocket = LiveWebSocketClient.connect(api, bob.token());
                EventStreamClient adaEvents = EventStreamClient.connect(api, ada.token());
                EventStreamClient bobEvents = EventStreamClient.connect(api, bob.token())) {
            for (int version = 1; version <= 200; version++) {
                log.appendLater(FLOW_STATES, ada.id(), state(ada, hers, version));
                log.appendLater(FLOW_STATES, bob.id(), state(bob, his, version));
            }
            List<JsonNode> toAda = adaSocket.upTo(stateOf(hers, 200));
            toAda.addAll(adaEvents.upTo(stateOf(hers, 200)));
            List<JsonNode> toBob = bobSocket.upTo(stateOf(his, 200));
            toBob.addAll(bobEvents.upTo(stateOf(his, 200)));
            assertThat(toAda)
                    .allMatch(message -> message.path("session_id").asString().equals(hers.toString()));
            assertThat(toBob)
                    .allMatch(message -> message.path("session_id").asString().equals(his.toString()));
        }
    }

    @Test
    void sendsAllFieldsOfTheContract() {
        UUID session = UUID.randomUUID();
        try (LiveWebSocketClient client = LiveWebSocketClient.connect(api, ada.token())) {
            log.append(FLOW_STATES, ada.id(), state(ada, session, 7));
            JsonNode message = client.next(stateOf(session, 7));
            assertThat(message.path("at").isIntegralNumber()).isTrue();
            assertThat(message.path("received_at").isIntegralNumber()).isTrue();
            JsonNode flow = message.path("flow_state");
            assertThat(flow.path("is_in_flow").asBoolean()).isTrue();
            assertThat(flow.path("flow_intensity").floatValue()).isEqualTo(0.75f);
            assertThat(flow.path("flow_duration_ms").asLong()).isEqualTo(60_000);
            assertThat(flow.path("confidence").floatValue()).isEqualTo(0.5f);
            assertThat(flow.path("data_amount").asString()).isEqualTo("some");
            assertThat(flow.path("reason").isNull()).isTrue();
            assertThat(flow.path("metrics").propertyNames())
                    .containsExactlyInAnyOrder(
                            "rhythm_score", "focus_score", "consistency_score", "error_penalty", "velocity_score");
            assertThat(flow.path("recommendations").isArray()).isTrue();
            assertThat(message.path("session").propertyNames())
                    .containsExactlyInAnyOrder("status", "keystrokes", "errors", "active_ms", "flow_ms");
        }
    }

    @Test
    void sendsTheLatestStateOnConnect() {
        UUID session = UUID.randomUUID();
        try (LiveWebSocketClient first = LiveWebSocketClient.connect(api, ada.token())) {
            log.append(FLOW_STATES, ada.id(), state(ada, session, 1));
            log.append(FLOW_STATES, ada.id(), state(ada, session, 2));
            first.next(stateOf(session, 2));
        }
        try (LiveWebSocketClient later = LiveWebSocketClient.connect(api, ada.token());
                EventStreamClient events = EventStreamClient.connect(api, ada.token())) {
            assertThat(later.upTo(stateOf(session, 2))).hasSize(1);
            assertThat(events.nextId()).isEqualTo(session + ":2");
        }
        try (EventStreamClient back = EventStreamClient.connect(api, ada.token(), "Last-Event-ID", session + ":2")) {
            log.append(FLOW_STATES, ada.id(), state(ada, session, 3));
            assertThat(back.nextId()).as("2 was seen before").isEqualTo(session + ":3");
        }
    }

    @Test
    void sendsWhatAClientMissed() {
        UUID session = UUID.randomUUID();
        Instant began = Instant.now().minusSeconds(60).truncatedTo(ChronoUnit.MILLIS);
        try (LiveWebSocketClient first = LiveWebSocketClient.connect(api, ada.token())) {
            for (int version = 1; version <= 4; version++) {
                log.append(FLOW_STATES, ada.id(), stateAt(session, version, began.plusSeconds(10L * version)));
            }
            first.next(stateOf(session, 4));
        }
        String sinceThird = "&since=" + began.plusSeconds(20).toEpochMilli();
        try (LiveWebSocketClient all = LiveWebSocketClient.open(api, "/ws?since=0&token=" + ada.token(), null);
                LiveWebSocketClient some =
                        LiveWebSocketClient.open(api, "/ws?token=" + ada.token() + sinceThird, null);
                LiveWebSocketClient byId = LiveWebSocketClient.open(
                        api, "/ws?token=" + ada.token() + "&last_event_id=" + session + ":3", null);
                EventStreamClient events =
                        EventStreamClient.connect(api, ada.token(), "Last-Event-ID", session + ":2")) {
            assertThat(versions(all.upTo(stateOf(session, 4)))).containsExactly(1L, 2L, 3L, 4L);
            assertThat(versions(some.upTo(stateOf(session, 4)))).containsExactly(3L, 4L);
            assertThat(versions(byId.upTo(stateOf(session, 4)))).containsExactly(4L);
            assertThat(versions(events.upTo(stateOf(session, 4)))).containsExactly(3L, 4L);
            log.append(FLOW_STATES, ada.id(), stateAt(session, 5, began.plusSeconds(50)));
            assertThat(versions(all.upTo(stateOf(session, 5)))).containsExactly(5L);
            assertThat(versions(events.upTo(stateOf(session, 5)))).containsExactly(5L);
        }
        api.get("/api/flow/stream?since=yesterday", ada.token())
                .isProblem(400, "invalid-request")
                .withField("since");
    }

    private byte[] stateAt(UUID session, long version, Instant at) {
        return log.seal(
                Topics.FLOW_STATES,
                ada.id(),
                FlowState.newBuilder(FlowStates.state(session, version, SessionStatus.ACTIVE))
                        .setAt(at)
                        .build());
    }

    private static List<Long> versions(List<JsonNode> states) {
        return states.stream()
                .map(state -> state.path("session").path("keystrokes").asLong())
                .toList();
    }

    @Test
    void sendsStatusChangesOfUserAndStream() {
        String id = api.post("/api/sessions/start", ada.token(), "{}").text("session_id");
        try (LiveWebSocketClient client = LiveWebSocketClient.connect(api, ada.token())) {
            api.post("/api/sessions/" + id + "/pause", ada.token(), "");
            JsonNode paused = client.next(LiveWebSocketClient.ofType("session_update"));
            assertThat(paused.path("session_id").asString()).isEqualTo(id);
            assertThat(paused.path("session").path("status").asString()).isEqualTo("paused");

            UUID session = UUID.randomUUID();
            log.append(FLOW_STATES, ada.id(), state(ada, session, 1));
            log.append(
                    FLOW_STATES,
                    ada.id(),
                    log.seal(Topics.FLOW_STATES, ada.id(), FlowStates.state(session, 2, SessionStatus.PAUSED)));
            JsonNode idle = client.next(LiveWebSocketClient.ofType("session_update"));
            assertThat(idle.path("session_id").asString()).isEqualTo(session.toString());
            assertThat(idle.path("session").path("status").asString()).isEqualTo("paused");
        }
    }

    @Test
    void promptsAtBreaksOfUserAndStream() {
        for (User user : List.of(ada, bob)) {
            api.sendJson("PUT", "/api/flow/feedback/settings", user.token(), "{\"prompts_per_day\": 1}");
        }
        UUID hers = UUID.randomUUID();
        String his = api.post("/api/sessions/start", bob.token(), "{}").text("session_id");
        try (LiveWebSocketClient adas = LiveWebSocketClient.connect(api, ada.token());
                LiveWebSocketClient bobs = LiveWebSocketClient.connect(api, bob.token())) {
            log.append(FLOW_STATES, ada.id(), afterWork(ada, hers, 1, SessionStatus.ACTIVE));
            log.append(FLOW_STATES, ada.id(), afterWork(ada, hers, 2, SessionStatus.PAUSED));
            JsonNode idle = adas.next(LiveWebSocketClient.ofType("notification"));
            assertThat(idle.path("code").asString()).isEqualTo("feedback_prompt");
            assertThat(idle.path("session_id").asString()).isEqualTo(hers.toString());
            assertThat(idle.path("at").asLong()).isPositive();
            assertThat(idle.path("message").asString()).isNotBlank();

            log.append(FLOW_STATES, bob.id(), afterWork(bob, UUID.fromString(his), 1, SessionStatus.ACTIVE));
            bobs.next(LiveWebSocketClient.ofType("flow_state_update"));
            api.post("/api/sessions/" + his + "/end", bob.token(), "");
            assertThat(bobs.next(LiveWebSocketClient.ofType("notification"))
                            .path("session_id")
                            .asString())
                    .isEqualTo(his);
        }
    }

    private byte[] afterWork(User user, UUID session, long version, SessionStatus status) {
        return log.seal(
                Topics.FLOW_STATES,
                user.id(),
                FlowState.newBuilder(FlowStates.state(session, version, status))
                        .setIsInFlow(false)
                        .setActiveMs(900_000)
                        .build());
    }

    @Test
    void answersPingWithPongAndOtherMessagesWithAnError() {
        try (LiveWebSocketClient client = LiveWebSocketClient.connect(api, ada.token())) {
            client.send("{\"type\": \"ping\"}");
            assertThat(client.next(message -> true).path("type").asString()).isEqualTo("pong");
            client.send("{\"type\": ");
            assertThat(client.next(message -> true).path("type").asString()).isEqualTo("error");
            client.sendBinary(new byte[] {1, 2, 3});
            assertThat(client.next(message -> true).path("type").asString()).isEqualTo("error");
            client.send("{\"type\": \"ping\"}");
            assertThat(client.next(message -> true).path("type").asString()).isEqualTo("pong");
        }
    }

    @Test
    void closesTheConnectionAfterATooLongMessage() {
        try (LiveWebSocketClient client = LiveWebSocketClient.connect(api, ada.token())) {
            client.sendIfOpen("x".repeat(100_000));
            assertThat(client.closeStatus()).isIn(1009, -1);
        }
    }

    @Test
    void skipsPoisonRecords() {
        UUID session = UUID.randomUUID();
        try (LiveWebSocketClient client = LiveWebSocketClient.connect(api, ada.token())) {
            log.append(FLOW_STATES, ada.id(), new byte[] {0, 0, 0});
            log.append(FLOW_STATES, ada.id(), "not avro at all".getBytes(StandardCharsets.UTF_8));
            log.append(FLOW_STATES, ada.id(), state(ada, session, 1));
            client.next(stateOf(session, 1));
        }
    }

    @Test
    void closesTheConnectionWhenItsTokenExpires() {
        String brief = Tokens.signed(ada.id().toString(), Instant.now().plusSeconds(2));
        try (LiveWebSocketClient client = LiveWebSocketClient.connect(api, brief);
                EventStreamClient events = EventStreamClient.connect(api, brief)) {
            assertThat(client.next(LiveWebSocketClient.ofType("error"))
                            .path("code")
                            .asString())
                    .isEqualTo("token_expired");
            assertThat(client.closeStatus()).isEqualTo(4401);
            List<String> lines = new ArrayList<>();
            while (!lines.contains("END")) {
                lines.add(events.nextLine());
            }
        }
    }

    @Test
    void rejectsConnectionsWithoutAValidToken() {
        for (String token : List.of("", "nonsense", Tokens.unsigned(ada.id().toString()))) {
            assertThatThrownBy(() -> LiveWebSocketClient.connect(api, token))
                    .isInstanceOf(CompletionException.class)
                    .cause()
                    .isInstanceOfSatisfying(
                            WebSocketHandshakeException.class,
                            e -> assertThat(e.getResponse().statusCode()).isEqualTo(401));
        }
        api.get("/ws", null).isProblem(401, "unauthenticated");
        api.get("/api/flow/stream", null).isProblem(401, "unauthenticated");
        api.get("/ws?token=" + ada.token(), null).isProblem(400, "invalid-request");
    }

    @Test
    void limitsConnectionsPerUser() {
        List<LiveWebSocketClient> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 16; i++) {
                clients.add(LiveWebSocketClient.connect(api, bob.token()));
            }
            clients.getLast().send("{\"type\": \"ping\"}");
            clients.getLast().next(LiveWebSocketClient.ofType("pong"));
            try (LiveWebSocketClient tooMany = LiveWebSocketClient.connect(api, bob.token())) {
                assertThat(tooMany.closeStatus()).isEqualTo(1013);
            }
            api.get("/api/flow/stream", bob.token()).isProblem(429, "too-many-connections");
            assertThat(api.get("/health", null)
                            .json()
                            .path("services")
                            .path("websocket_connections")
                            .asInt())
                    .isGreaterThanOrEqualTo(16);
        } finally {
            clients.forEach(LiveWebSocketClient::close);
        }
    }

    @Test
    void isNotDelayedByClientsThatDoNotRead() throws IOException {
        UUID session = UUID.randomUUID();
        try (Socket deaf = deafSocket(ada.token());
                LiveWebSocketClient other = LiveWebSocketClient.connect(api, ada.token());
                LiveWebSocketClient bobs = LiveWebSocketClient.connect(api, bob.token())) {
            for (int version = 1; version <= 20_000; version++) {
                log.appendLater(FLOW_STATES, ada.id(), state(ada, session, version));
            }
            log.append(FLOW_STATES, bob.id(), state(bob, session, 1));
            bobs.next(stateOf(session, 1));
            other.next(stateOf(session, 20_000));
            assertThat(deaf.isConnected()).isTrue();
        }
    }

    /** Completes the handshake and then never reads. */
    private Socket deafSocket(String token) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(4_096);
        var uri = api.uri("ws", "/ws?token=" + token);
        socket.connect(new java.net.InetSocketAddress(uri.getHost(), uri.getPort()));
        OutputStream out = socket.getOutputStream();
        out.write(("GET /ws?token=" + token + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                        + "Connection: Upgrade\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
                        + "Sec-WebSocket-Version: 13\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        out.flush();
        byte[] head = new byte[12];
        assertThat(socket.getInputStream().readNBytes(head, 0, head.length)).isEqualTo(head.length);
        assertThat(new String(head, StandardCharsets.US_ASCII)).isEqualTo("HTTP/1.1 101");
        return socket;
    }
}
