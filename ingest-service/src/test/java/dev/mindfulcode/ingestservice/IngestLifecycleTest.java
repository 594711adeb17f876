package dev.mindfulcode.ingestservice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.embeddedplatform.TestPlatform;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class IngestLifecycleTest {

    @Test
    void answersReceivedUploadsAndClosesConnectionsOnStop() {
        IngestServer server = IngestServer.start(TestPlatform.shared(), Clock.systemUTC(), Map.of());
        UUID user = server.newUser();
        UUID session = server.newSession(user);
        try (UploadWebSocketClient client = UploadWebSocketClient.connect(server, IngestServer.token(user))) {
            for (int sequence = 0; sequence < 100; sequence++) {
                client.send(BatchJson.of(session, sequence).toString());
            }
            List<String> first = client.await(1);

            server.close();

            assertThat(client.awaitClose()).isEqualTo(1001);
            List<String> rest = client.received();
            assertThat(first.size() + rest.size()).isEqualTo(100);
            assertThat(rest).allMatch(answer -> answer.startsWith("{\"type\":\"ack\""));
            assertThat(server.stored(user).size()).isEqualTo(100);
        }
    }
}
