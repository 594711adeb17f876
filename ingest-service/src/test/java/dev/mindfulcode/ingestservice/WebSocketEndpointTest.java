package dev.mindfulcode.ingestservice;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JWSAlgorithm;
import dev.mindfulcode.schemas.CollectionLevel;
import dev.mindfulcode.schemas.upload.KeystrokeUpload;
import dev.mindfulcode.schemas.upload.UploadedBatch;
import dev.mindfulcode.webkit.problems.ProblemType;
import io.netty.handler.codec.http.websocketx.WebSocketClientHandshakeException;
import java.net.http.HttpRequest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.stream.LongStream;
import org.assertj.core.api.Assertions;
import org.junit.jupiter.api.Test;

/** Tests GET /ws/ingest over a WebSocket with Kafka. */
class WebSocketEndpointTest {

    private final IngestServer server = IngestServer.shared();
    private final UUID user = server.newUser();
    private final UUID session = server.newSession(user);

    @Test
    void acknowledgesAndStoresBatchesInOrder() {
        try (UploadWebSocketClient client = UploadWebSocketClient.connect(server, IngestServer.token(user))) {
            for (int sequence = 0; sequence < 200; sequence++) {
                client.send(BatchJson.of(session, sequence).toString());
            }

            List<String> answers = client.await(200);

            for (int sequence = 0; sequence < 200; sequence++) {
                assertThat(answers.get(sequence))
                        .startsWith("{\"type\":\"ack\",\"sequence\":" + sequence + ",")
                        .contains(session.toString(), "\"read_after\":\"");
            }
        }
        assertThat(server.stored(user).sequences())
                .containsExactlyElementsOf(LongStream.range(0, 200).boxed().toList());
    }

    @Test
    void answersEachBatchOfAnArrayInOrder() {
        try (UploadWebSocketClient client = UploadWebSocketClient.connect(server, IngestServer.token(user))) {
            client.send(BatchJson.array(
                    BatchJson.of(session, 0), BatchJson.of(session, 0).without("sequence"), BatchJson.of(session, 1)));
            client.send(BatchJson.of(session, 2).with("key_classes", "\"LL?\"").toString());
            client.send("{");
            client.send(BatchJson.of(UUID.randomUUID(), 3).toString());
            client.send(BatchJson.of(session, 4).toString());

            List<String> answers = new ArrayList<>(client.await(7));

            assertThat(answers.get(0)).startsWith("{\"type\":\"ack\",\"sequence\":0,");
            assertThat(answers.remove(1))
                    .startsWith("{\"type\":\"error\"")
                    .contains("invalid-batch", "\"field\":\"sequence\"", "\"index\":1");
            assertThat(answers.get(1)).startsWith("{\"type\":\"ack\",\"sequence\":1,");
            assertThat(answers.get(2)).startsWith("{\"type\":\"error\"").contains("invalid-batch", "key_classes[2]");
            assertThat(answers.get(3)).startsWith("{\"type\":\"error\"").contains("malformed-body");
            assertThat(answers.get(4)).startsWith("{\"type\":\"error\"").contains("unknown-session", "session_id");
            assertThat(answers.get(5)).startsWith("{\"type\":\"ack\",\"sequence\":4,");
        }
        assertThat(server.stored(user).sequences()).containsExactly(0L, 1L, 4L);
    }

    /** The connection has cached that the session accepts keystrokes. */
    @Test
    void rejectsBatchesOnAnOpenConnectionAfterTheLevelChanged() {
        try (UploadWebSocketClient client = UploadWebSocketClient.connect(server, IngestServer.token(user))) {
            client.send(BatchJson.of(session, 0).toString());
            client.send(BatchJson.of(session, 1).toString());
            assertThat(client.await(2)).allMatch(answer -> answer.startsWith("{\"type\":\"ack\""));

            server.setLevel(user, CollectionLevel.FEATURES);
            client.send(BatchJson.of(session, 2).toString());

            assertThat(client.await(1).getFirst()).contains("not-collected", "collection_level is features");
        }
        assertThat(server.stored(user).sequences()).containsExactly(0L, 1L);
    }

    @Test
    void readsAvroFromBinaryMessages() {
        UploadedBatch batch = AvroUploadReaderTest.batch();
        batch.setSessionId(session.toString());
        try (UploadWebSocketClient client = UploadWebSocketClient.connect(server, IngestServer.token(user))) {
            client.send(AvroUploadReaderTest.encoded(new KeystrokeUpload(null, List.of(batch))));

            assertThat(client.await(1).getFirst()).startsWith("{\"type\":\"ack\",\"sequence\":3,");
        }
    }

    @Test
    void closesConnectionOnOversizedMessage() {
        try (UploadWebSocketClient client = UploadWebSocketClient.connect(server, IngestServer.token(user))) {
            client.send("x".repeat(UploadLimits.REQUEST_BYTES_MAX + 1));

            assertThat(client.awaitClose()).isNotEqualTo(1000);
        }
        assertThat(server.post(user, BatchJson.of(session, 0)).statusCode()).isEqualTo(202);
    }

    @Test
    void closesWhenTheTokenExpires() {
        String token = IngestServer.token(
                user.toString(),
                "mindful-code",
                Instant.now().plusSeconds(2),
                IngestServer.JWT_SECRET,
                JWSAlgorithm.HS256);
        try (UploadWebSocketClient client = UploadWebSocketClient.connect(server, token)) {
            client.send(BatchJson.of(session, 0).toString());

            assertThat(client.await(1).getFirst()).startsWith("{\"type\":\"ack\"");
            assertThat(client.awaitClose()).isEqualTo(4401);
        }
    }

    @Test
    void acceptsApiKeyUntilRevoked() {
        IngestServer.ApiKey key = server.newApiKey(user);
        try (UploadWebSocketClient client = UploadWebSocketClient.connect(server, key.text())) {
            client.send(BatchJson.of(session, 0).toString());
            assertThat(client.await(1).getFirst()).startsWith("{\"type\":\"ack\"");

            server.revoke(key.id());

            assertThat(client.awaitClose()).isEqualTo(4401);
        }
    }

    @Test
    void rejectsInvalidTokens() {
        Assertions.assertThatThrownBy(() -> UploadWebSocketClient.connect(server, "x"))
                .hasRootCauseInstanceOf(WebSocketClientHandshakeException.class)
                .hasStackTraceContaining("401");
    }

    @Test
    void answersPlainRequestsWithUpgradeRequired() {
        KeystrokesEndpointTest.assertProblem(
                server.send(HttpRequest.newBuilder(server.uri("/ws/ingest?token=" + IngestServer.token(user)))),
                ProblemType.UPGRADE_REQUIRED,
                null);
    }
}
