package dev.mindfulcode.ingestservice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.embeddedplatform.TestPlatform;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests with a slow Kafka: a quota makes the broker throttle ingest's producer. */
class BackpressureTest {

    private static final int REQUESTS = 40;
    private static final int REQUEST_BYTES = 100_000;

    /** Sequence of the first probe, above those of all other batches. */
    private static final int FIRST_PROBE = 10_000;

    /** Number of small batches after each upload, because the first may pass before the broker throttles. */
    private static final int PROBES = 5;

    private static final Duration TIMEOUT = Duration.ofMinutes(2);

    /** Throttles for about 6 s after one {@link #heavyUpload}, by Kafka's arithmetic over its 10 s window. */
    private static final double SLOW_BYTES_PER_SECOND = 3_750;

    /** Throttles for longer than the delivery timeout. */
    private static final double STUCK_BYTES_PER_SECOND = 1;

    private final IngestServer server = start();
    private final UUID user = server.newUser();
    private final UUID session = server.newSession(user);

    private static IngestServer start() {
        return IngestServer.start(
                TestPlatform.shared(),
                Clock.systemUTC(),
                Map.of("MINDFUL_INGEST_IN_FLIGHT_BYTES", UploadLimits.REQUEST_BYTES_MAX));
    }

    @AfterEach
    void heal() {
        limitProducer(null);
        server.close();
    }

    @Test
    void rejectsUploadsBeyondTheBoundAndStoresAcceptedOnesWhenKafkaRecovers() {
        assertThat(server.post(user, BatchJson.of(session, 0)).statusCode()).isEqualTo(202);
        limitProducer(SLOW_BYTES_PER_SECOND);
        Probe probe = awaitThrottling(heavyUpload());
        List<CompletableFuture<HttpResponse<String>>> sent = new ArrayList<>(List.of(probe.answer()));

        for (int i = 0; i < REQUESTS; i++) {
            sent.add(post(padded(BatchJson.of(session, 100 + i))));
        }
        int roomFor = UploadLimits.REQUEST_BYTES_MAX / (REQUEST_BYTES + UploadPipeline.BATCH_OVERHEAD_BYTES);
        awaitAnswers(sent, REQUESTS - roomFor);
        List<HttpResponse<String>> answeredAtOnce = answered(sent);

        assertThat(answeredAtOnce).allSatisfy(response -> {
            KeystrokesEndpointTest.assertProblem(response, ProblemType.OVERLOADED, null);
            assertThat(response.headers().firstValue("Retry-After")).hasValue("1");
        });
        limitProducer(null);
        sent.forEach(CompletableFuture::join);
        long accepted = sent.stream()
                .filter(answer -> answer.join().statusCode() == 202)
                .count();
        // Rejected requests released their bytes too late for others; the probe came first.
        assertThat(accepted).isBetween(roomFor / 2L, roomFor + 1L);
        List<Long> stored = server.stored(user).sequences();
        assertThat(stored.stream()
                        .filter(sequence -> sequence == probe.sequence() || sequence >= 100 && sequence < FIRST_PROBE))
                .hasSize((int) accepted);
        assertThat(server.metrics()).contains("mindful_ingest_in_flight_bytes 0");
    }

    @Test
    void answers503AndReleasesBytesWhenKafkaDoesNotAcknowledgeInTime() {
        assertThat(server.post(user, BatchJson.of(session, 0)).statusCode()).isEqualTo(202);
        limitProducer(STUCK_BYTES_PER_SECOND);
        Probe probe = awaitThrottling(BatchJson.of(session, 1).toString());

        HttpResponse<String> response =
                server.post(user, BatchJson.array(BatchJson.of(session, 100), BatchJson.of(session, 101)));

        KeystrokesEndpointTest.assertProblem(response, ProblemType.UNAVAILABLE, null);
        assertThat(response.headers().firstValue("Retry-After")).hasValue("5");
        assertThat(probe.answer().join().statusCode()).isEqualTo(503);
        assertThat(server.metrics()).contains("mindful_ingest_in_flight_bytes 0");
        assertThat(server.stored(user).sequences()).doesNotContain(probe.sequence(), 100L, 101L);
    }

    /** A small batch with a sequence of its own: those before it were stored before the broker throttled. */
    private record Probe(long sequence, CompletableFuture<HttpResponse<String>> answer) {}

    /** Exceeds the quota until a small batch is throttled, and returns that batch. */
    private Probe awaitThrottling(String upload) {
        long deadlineNs = System.nanoTime() + TIMEOUT.toNanos();
        int sequence = FIRST_PROBE;
        while (System.nanoTime() < deadlineNs) {
            assertThat(server.post(user, upload).statusCode()).isEqualTo(202);
            for (int i = 0; i < PROBES; i++) {
                Probe probe =
                        new Probe(sequence, post(BatchJson.of(session, sequence).toString()));
                if (!isAnsweredSoon(probe.answer())) {
                    return probe;
                }
                sequence++;
            }
        }
        throw new AssertionError("The quota did not take effect");
    }

    private static boolean isAnsweredSoon(CompletableFuture<?> probe) {
        try {
            probe.get(1, TimeUnit.SECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Returns an upload of about 60 KB on Kafka. */
    private String heavyUpload() {
        BatchJson[] batches = new BatchJson[20];
        for (int i = 0; i < batches.length; i++) {
            batches[i] = BatchJson.of(session, 1 + i).keystrokes(1_000);
        }
        return BatchJson.array(batches);
    }

    private static String padded(BatchJson batch) {
        String text = batch.toString();
        return text + " ".repeat(REQUEST_BYTES - text.length());
    }

    private CompletableFuture<HttpResponse<String>> post(String body) {
        return server.http.sendAsync(
                server.request(user).POST(BodyPublishers.ofString(body)).build(), BodyHandlers.ofString());
    }

    private static List<HttpResponse<String>> answered(List<CompletableFuture<HttpResponse<String>>> sent) {
        return sent.stream()
                .filter(CompletableFuture::isDone)
                .map(CompletableFuture::join)
                .toList();
    }

    private static void awaitAnswers(List<CompletableFuture<HttpResponse<String>>> sent, int count) {
        long deadlineNs = System.nanoTime() + TIMEOUT.toNanos();
        while (answered(sent).size() < count) {
            assertThat(System.nanoTime()).as("answers in time").isLessThan(deadlineNs);
            Thread.onSpinWait();
        }
    }

    /** @param bytesPerSecond null for no limit */
    private void limitProducer(@Nullable Double bytesPerSecond) {
        ClientQuotaEntity producer =
                new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, KeystrokePublisher.CLIENT_ID + "-1"));
        ClientQuotaAlteration.Op change = new ClientQuotaAlteration.Op("producer_byte_rate", bytesPerSecond);
        try (Admin admin = Admin.create(Map.of("bootstrap.servers", server.bootstrapServers))) {
            admin.alterClientQuotas(List.of(new ClientQuotaAlteration(producer, List.of(change))))
                    .all()
                    .toCompletionStage()
                    .toCompletableFuture()
                    .join();
        }
    }
}
