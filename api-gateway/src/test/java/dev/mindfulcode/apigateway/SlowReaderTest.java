package dev.mindfulcode.apigateway;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.apigateway.Api.User;
import dev.mindfulcode.apigateway.live.LiveConnectionsOf;
import dev.mindfulcode.embeddedplatform.RawHttp;
import dev.mindfulcode.schemas.SessionStatus;
import dev.mindfulcode.schemas.Topics;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Live clients of every kind that stop reading or send nothing, over real connections. */
class SlowReaderTest {

    private static final String SUBSCRIPTION =
            "subscription { flowState { sessionId at receivedAt flowState { isInFlow recommendations } } }";
    private static final int STATES = 3_000;

    /** The minimum of the kernel. */
    private static final int RECEIVE_BUFFER_BYTES = 4_096;

    private final GatewayUnderTest gateway = GatewayUnderTest.shared();
    private final int port = GatewayUnderTest.port(gateway.context);
    private final User ada = gateway.user();

    @Test
    void disconnectsClientsThatStopReading() throws Exception {
        Map<String, RawHttp> clients = new LinkedHashMap<>();
        try (TestKafka log = gateway.log()) {
            clients.put("/ws", socket("/ws?token=" + ada.token(), null));
            clients.put("/api/flow/stream", stream("/api/flow/stream"));
            clients.put("graphql-transport-ws", subscribed("graphql-transport-ws", "subscribe"));
            clients.put("graphql-ws", subscribed("graphql-ws", "start"));
            clients.put(
                    "GraphQL over SSE",
                    stream("/graphql?query=" + URLEncoder.encode(SUBSCRIPTION, StandardCharsets.UTF_8)));
            assertThat(connections()).isEqualTo(clients.size());
            UUID session = UUID.randomUUID();
            for (int version = 1; version <= STATES; version++) {
                log.appendLater(
                        Topics.FLOW_STATES.name(),
                        ada.id(),
                        log.seal(
                                Topics.FLOW_STATES,
                                ada.id(),
                                FlowStates.state(session, version, SessionStatus.ACTIVE)));
            }
            Eventually.holds(() -> connections() == 0);
        } finally {
            for (RawHttp client : clients.values()) {
                client.close();
            }
        }
    }

    @Test
    void closesWebSocketsWithoutPongs() throws Exception {
        try (RawHttp live = socket("/ws?token=" + ada.token(), null);
                RawHttp transport = subscribed("graphql-transport-ws", "subscribe");
                RawHttp legacy = subscribed("graphql-ws", "start")) {
            assertThat(connections()).isEqualTo(3);
            for (RawHttp client : new RawHttp[] {live, transport, legacy}) {
                // Reads up to the end of the connection.
                assertThat(client.in().readAllBytes()).contains((byte) 0x89);
            }
            Eventually.holds(() -> connections() == 0);
        }
    }

    private int connections() {
        return LiveConnectionsOf.user(gateway.context, ada.id());
    }

    private RawHttp stream(String path) throws IOException {
        RawHttp client = new RawHttp(port, RECEIVE_BUFFER_BYTES)
                .send("GET " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + ada.token()
                        + "\r\nAccept: text/event-stream\r\n\r\n");
        read(client, "\r\n\r\n");
        return client;
    }

    private RawHttp socket(String path, @Nullable String protocol) throws IOException {
        RawHttp client = new RawHttp(port, RECEIVE_BUFFER_BYTES)
                .send("GET " + path + " HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + (protocol == null ? "" : "Sec-WebSocket-Protocol: " + protocol + "\r\n")
                        + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n");
        assertThat(read(client, "\r\n\r\n")).startsWith("HTTP/1.1 101");
        return client;
    }

    private RawHttp subscribed(String protocol, String type) throws IOException {
        RawHttp client = socket("/graphql?token=" + ada.token(), protocol);
        client.send(frame("{\"type\": \"connection_init\"}"));
        read(client, "connection_ack");
        return client.send(frame(
                "{\"type\": \"" + type + "\", \"id\": \"1\", \"payload\": {\"query\": \"" + SUBSCRIPTION + "\"}}"));
    }

    /** A text frame of a client, masked with zeros. */
    private static byte[] frame(String text) {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        boolean isShort = payload.length < 126;
        byte[] frame = new byte[(isShort ? 6 : 8) + payload.length];
        frame[0] = (byte) 0x81;
        frame[1] = (byte) (0x80 | (isShort ? payload.length : 126));
        if (!isShort) {
            frame[2] = (byte) (payload.length >> 8);
            frame[3] = (byte) payload.length;
        }
        System.arraycopy(payload, 0, frame, frame.length - payload.length, payload.length);
        return frame;
    }

    private static String read(RawHttp client, String end) throws IOException {
        StringBuilder read = new StringBuilder();
        while (read.indexOf(end) < 0) {
            int c = client.in().read();
            assertThat(c).as("after " + read).isNotNegative();
            read.append((char) c);
        }
        return read.toString();
    }
}
