package dev.mindfulcode.ingestservice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.embeddedplatform.EmbeddedPlatform;
import dev.mindfulcode.embeddedplatform.PlatformOptions;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests an outage of Kafka, Postgres and the registry while ingest runs. */
class BrokerOutageTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final int FLOOD = 60;

    @TempDir
    private Path folder;

    @Test
    void answers503DuringAnOutageAndRecovers() {
        EmbeddedPlatform platform = EmbeddedPlatform.start(
                PlatformOptions.in(folder, UUID.randomUUID().toString()).forThrowawayData());
        PlatformOptions sameAgain = samePorts(platform);
        try (IngestServer server = IngestServer.start(platform, Clock.systemUTC(), Map.of())) {
            UUID user = server.newUser();
            UUID session = server.newSession(user);
            UUID untouched = server.newSession(user);
            assertThat(server.post(user, BatchJson.of(session, 0)).statusCode()).isEqualTo(202);

            assertThat(server.management("/readyz").statusCode()).isEqualTo(200);

            platform.close();
            List<HttpResponse<String>> flood = flood(server, user, session);

            assertThat(flood).allSatisfy(response -> {
                assertThat(response.statusCode()).as(response.body()).isEqualTo(503);
                assertThat(response.headers().firstValue("Retry-After")).isPresent();
                assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
            });
            assertThat(server.metrics()).contains("mindful_ingest_in_flight_bytes 0");

            Eventually.holds(() -> server.management("/readyz").statusCode() == 503);
            assertThat(server.management("/readyz").body()).contains("\"kafka\":{\"status\":\"unhealthy\"}");
            assertThat(server.management("/livez").statusCode()).isEqualTo(200);
            assertThat(server.metrics()).contains("mindful_ingest_ready 0");

            platform = EmbeddedPlatform.start(sameAgain);
            awaitAccepted(server, user, session);
            Eventually.holds(() -> server.management("/readyz").statusCode() == 200);
            // The database connection was cut as well.
            assertThat(server.post(user, BatchJson.of(untouched, 0)).statusCode())
                    .isEqualTo(202);

            // Rejected batches may be stored too: their clients would send them again.
            assertThat(server.stored(user).sequences()).contains(0L, (long) FLOOD);
        } finally {
            platform.close();
        }
    }

    private static List<HttpResponse<String>> flood(IngestServer server, UUID user, UUID session) {
        List<CompletableFuture<HttpResponse<String>>> sent = new ArrayList<>();
        for (int i = 1; i < FLOOD; i++) {
            String batch = BatchJson.of(session, i).toString();
            sent.add(server.http.sendAsync(
                    server.request(user).POST(BodyPublishers.ofString(batch)).build(), BodyHandlers.ofString()));
        }
        return sent.stream().map(CompletableFuture::join).toList();
    }

    private static void awaitAccepted(IngestServer server, UUID user, UUID session) {
        long deadlineNs = System.nanoTime() + TIMEOUT.toNanos();
        HttpResponse<String> response = server.post(user, BatchJson.of(session, FLOOD));
        while (response.statusCode() != 202 && System.nanoTime() - deadlineNs < 0) {
            assertThat(response.statusCode()).isEqualTo(503);
            response = server.post(user, BatchJson.of(session, FLOOD));
        }
        assertThat(response.statusCode()).isEqualTo(202);
    }

    /** Returns options with the same ports, by which the producer knows the broker. */
    private PlatformOptions samePorts(EmbeddedPlatform platform) {
        URI database = URI.create(platform.databaseUrl());
        return new PlatformOptions(
                folder,
                database.getUserInfo().split(":")[1],
                Integer.parseInt(platform.bootstrapServers().split(":")[1]),
                database.getPort(),
                URI.create(platform.registryUrl()).getPort(),
                false,
                line -> {});
    }
}
