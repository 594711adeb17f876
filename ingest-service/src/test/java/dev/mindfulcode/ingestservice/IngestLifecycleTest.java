package dev.mindfulcode.ingestservice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.embeddedplatform.TestPlatform;
import dev.mindfulcode.schemas.KafkaCluster;
import dev.mindfulcode.schemas.SchemaRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.springframework.boot.web.server.context.WebServerApplicationContext;

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

    @Test
    void startsThePublisherBeforeTheWebServerAndDrainsBeforeItStops() {
        KeystrokePublisher publisher = new KeystrokePublisher(
                KafkaCluster.of("localhost:1"),
                1_000,
                new SchemaRegistry("http://localhost:1", false),
                new SimpleMeterRegistry());
        IngestLifecycle lifecycle = new IngestLifecycle(new InFlightBytes(1_000), new AtomicInteger());

        // Phases start in ascending order and stop in descending order.
        assertThat(WebServerApplicationContext.START_STOP_LIFECYCLE_PHASE)
                .isGreaterThan(publisher.getPhase())
                .isLessThan(lifecycle.getPhase());
        publisher.stop();
    }
}
