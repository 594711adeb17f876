package dev.mindfulcode.ingestservice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.embeddedplatform.RawHttp;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests old HTTP clients, and WebSocket clients that stop reading or responding, over raw connections. */
class RawHttpRequestTest {

    private final IngestServer server = IngestServer.shared();
    private final UUID user = server.newUser();
    private final UUID session = server.newSession(user);
    private final String field = "Authorization: Bearer " + IngestServer.token(user) + "\r\n";

    @Test
    void acceptsHttp10() throws IOException {
        String body = BatchJson.of(session, 0).toString();
        try (RawHttp client = send("POST /api/keystrokes HTTP/1.0\r\nContent-Type: application/json\r\n" + field
                + "Expect: 100-continue\r\nContent-Length: " + body.length() + "\r\n\r\n" + body)) {
            RawHttp.Answer answer = client.answer();
            assertThat(answer.statusLine()).startsWith("HTTP/1.1 202");
            assertThat(answer.field("Transfer-Encoding")).isNull();
            assertThat(client.isClosed()).isTrue();
        }
        assertThat(server.stored(user).sequences()).containsExactly(0L);
    }

    @Test
    void acceptsPipelinedUploadsInOrder() throws IOException {
        StringBuilder pipeline = new StringBuilder();
        for (int sequence = 0; sequence < 3; sequence++) {
            String body = BatchJson.of(session, sequence).toString();
            pipeline.append("POST /api/keystrokes HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n")
                    .append(field)
                    .append(sequence == 2 ? "Connection: close\r\n" : "")
                    .append("Content-Length: ")
                    .append(body.length())
                    .append("\r\n\r\n")
                    .append(body);
        }
        try (RawHttp client = send(pipeline.toString())) {
            for (int sequence = 0; sequence < 3; sequence++) {
                assertThat(client.answer().status()).isEqualTo(202);
            }
            assertThat(client.isClosed()).isTrue();
        }
        assertThat(server.stored(user).sequences()).containsExactly(0L, 1L, 2L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "GET /health HTTP/1.1\r\n\r\n",
                "GET /health HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
                "GET /health HTTP/1.1\r\nHost: a b\r\n\r\n"
            })
    void rejectsHttp11WithoutExactlyOneHost(String request) throws IOException {
        try (RawHttp client = send(request)) {
            assertThat(client.answer().status()).isEqualTo(400);
            assertThat(client.isClosed()).isTrue();
        }
    }

    @Test
    void answers100ContinueAndAcceptsAbsoluteTargets() throws IOException {
        String body = BatchJson.of(session, 0).toString();
        try (RawHttp client = send("POST http://localhost/api/keystrokes HTTP/1.1\r\nHost: x\r\n" + field
                + "Content-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: " + body.length()
                + "\r\n\r\n")) {
            assertThat(client.answer().status()).isEqualTo(100);
            assertThat(client.send(body).answer().status()).isEqualTo(202);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /api/keystrokes | 405 | OPTIONS, POST",
                "PUT /api/keystrokes | 405 | OPTIONS, POST",
                "OPTIONS /api/keystrokes | 204 | OPTIONS, POST",
                "HEAD /api/keystrokes | 405 | OPTIONS, POST",
                "POST /ws/ingest | 405 | GET, HEAD, OPTIONS",
                "HEAD /ws/ingest | 426 | ",
                "POST /schemas/keystroke-upload.avsc | 405 | GET, HEAD, OPTIONS",
                "DELETE /health | 405 | GET, HEAD, OPTIONS",
                "OPTIONS /metrics | 404 | ",
                "POST /missing | 404 | "
            })
    void answersOtherMethodsWithAllow(String line, int status, @Nullable String allow) throws IOException {
        try (RawHttp client = send(line + " HTTP/1.1\r\nHost: x\r\n" + field + "Content-Length: 0\r\n\r\n")) {
            RawHttp.Answer answer = client.answer(line.startsWith("HEAD"));
            assertThat(answer.status()).isEqualTo(status);
            assertThat(answer.field("Allow")).isEqualTo(allow);
            if (status == 405) {
                assertThat(answer.field("Content-Type")).isEqualTo("application/problem+json");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"/health", "/schemas/keystroke-upload.avsc", "/ws/ingest", "/missing"})
    void answersHeadWithHeadersOfGet(String path) throws IOException {
        try (RawHttp client = send("GET " + path + " HTTP/1.1\r\nHost: x\r\n" + field + "\r\nHEAD " + path
                + " HTTP/1.1\r\nHost: x\r\n" + field + "\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n")) {
            RawHttp.Answer get = client.answer();
            RawHttp.Answer head = client.answer(true);
            assertThat(head.status()).isEqualTo(get.status());
            assertThat(head.field("Content-Type")).isEqualTo(get.field("Content-Type"));
            assertThat(head.field("Content-Length")).isEqualTo(get.field("Content-Length"));
            assertThat(client.answer().body())
                    .as("the next answer, after no body")
                    .contains("status");
        }
    }

    @Test
    void closesWebSocketsThatDoNotRead() throws IOException {
        try (RawHttp client = socket(4_096)) {
            byte[] nonsense = frame("{");
            assertThat(isCutWhile(() -> {
                        for (int i = 0; i < 1_000; i++) {
                            client.send(nonsense);
                        }
                    }))
                    .isTrue();
        }
    }

    @Test
    void closesWebSocketsThatDoNotAnswerPings() throws IOException {
        try (RawHttp client = socket(0)) {
            // A ping, then the end of the stream.
            assertThat(client.in().readAllBytes()).contains((byte) 0x89);
        }
    }

    /** Repeats an action until the connection is closed. */
    private static boolean isCutWhile(Action action) {
        try {
            while (true) {
                action.run();
            }
        } catch (IOException e) {
            return true;
        }
    }

    private interface Action {
        void run() throws IOException;
    }

    private RawHttp socket(int receiveBufferBytes) throws IOException {
        RawHttp client = new RawHttp(server.port(), receiveBufferBytes)
                .send("GET /ws/ingest HTTP/1.1\r\nHost: x\r\n" + field
                        + "Upgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n");
        assertThat(client.answer().status()).isEqualTo(101);
        return client;
    }

    /** A short text frame of a client, masked with zeros. */
    private static byte[] frame(String text) {
        byte[] payload = text.getBytes(StandardCharsets.UTF_8);
        byte[] frame = new byte[6 + payload.length];
        frame[0] = (byte) 0x81;
        frame[1] = (byte) (0x80 | payload.length);
        System.arraycopy(payload, 0, frame, 6, payload.length);
        return frame;
    }

    private RawHttp send(String request) throws IOException {
        return new RawHttp(server.port()).send(request);
    }
}
