package dev.mindfulcode.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.ReadAfterToken;
import dev.mindfulcode.schemas.upload.KeystrokeUpload;
import dev.mindfulcode.schemas.upload.UploadedBatch;
import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** POST /api/keystrokes over real HTTP, into a real Kafka. */
class KeystrokesEndpointTest {

    private final IngestServer server = IngestServer.shared();
    private final UUID user = server.newUser();
    private final UUID session = server.newSession(user);

    @Test
    void acceptsABatchAndStoresItEncryptedUnderItsUser() {
        BatchJson batch = BatchJson.of(session, 7)
                .with("intervals_ms", "[0,150,3000]")
                .with("key_classes", "[\"LETTER\",\"DELETE\",\"ENTER\"]")
                .with("dwells_ms", "[80,90,100]")
                .with(
                        "signals",
                        "[{\"at_ms\":200,\"kind\":\"save\"},{\"value\":\"ok\",\"kind\":\"test\",\"at_ms\":900}]");
        long beforeMs = System.currentTimeMillis();

        HttpResponse<String> response = server.post(user, batch);

        assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
        assertThat(response.body()).isEqualTo("{\"accepted\":1,\"keystrokes\":3}");
        StoredBatches stored = server.stored(user);
        assertThat(stored.size()).isEqualTo(1);
        assertThat(stored.batch(0).getSessionId()).isEqualTo(session);
        assertThat(stored.batch(0).getSequence()).isEqualTo(7);
        assertThat(stored.batch(0).getClamped()).isFalse();
        assertThat(stored.batch(0).getKeystrokes()).isEqualTo(3);
        assertThat(stored.batch(0).getReceivedAt().toEpochMilli())
                .isBetween(beforeMs, System.currentTimeMillis())
                .isEqualTo(stored.records().getFirst().timestamp());
        assertThat(stored.payloads().getFirst().intervalsMs()).containsExactly(0, 150, 3000);
        assertThat(stored.payloads().getFirst().keyClasses()).containsExactly(0, 6, 4);
        assertThat(stored.payloads().getFirst().dwellsMs()).containsExactly(80, 90, 100);
        assertThat(stored.payloads().getFirst().signalAtMs()).containsExactly(200, 900);
        assertThat(stored.payloads().getFirst().signalKinds()).containsExactly(1, 3);
        assertThat(stored.payloads().getFirst().signalValues()).containsExactly(0, 1);
    }

    @Test
    void acceptsAnArrayAndKeepsItsOrder() {
        UUID other = server.newSession(user);
        HttpResponse<String> response = server.post(
                user,
                BatchJson.array(
                        BatchJson.of(session, 0),
                        BatchJson.of(other, 0),
                        BatchJson.of(session, 1),
                        BatchJson.of(session, 2)));

        assertThat(response.body()).isEqualTo("{\"accepted\":4,\"keystrokes\":12}");
        assertThat(server.stored(user).sequences()).containsExactly(0L, 0L, 1L, 2L);
    }

    @Test
    void answersWithThePositionOfTheLastRecordAsReadAfterToken() {
        HttpResponse<String> response =
                server.post(user, BatchJson.array(BatchJson.of(session, 0), BatchJson.of(session, 1)));

        ConsumerRecord<UUID, KeystrokeBatch> last =
                server.stored(user).records().getLast();
        assertThat(response.headers().firstValue("X-Read-After"))
                .hasValue(new ReadAfterToken("keystrokes", last.partition(), last.offset()).text());
    }

    @Test
    void acceptsAvro() {
        UploadedBatch batch = AvroUploadReaderTest.batch();
        batch.setSessionId(session.toString());
        byte[] body = AvroUploadReaderTest.encoded(new KeystrokeUpload(List.of(batch, batch)));

        HttpResponse<String> response = server.send(server.request(user)
                .setHeader("Content-Type", "application/avro")
                .POST(BodyPublishers.ofByteArray(body)));

        assertThat(response.body()).isEqualTo("{\"accepted\":2,\"keystrokes\":4}");
        assertThat(server.stored(user).payloads().getFirst().intervalsMs()).containsExactly(0, 120);
    }

    @Test
    void acceptsARepeatedBatch() {
        BatchJson batch = BatchJson.of(session, 0);

        assertThat(server.post(user, batch).statusCode()).isEqualTo(202);
        assertThat(server.post(user, batch).statusCode()).isEqualTo(202);

        StoredBatches stored = server.stored(user);
        assertThat(stored.size()).isEqualTo(2);
        assertThat(stored.batch(0).getBatchId()).isEqualTo(stored.batch(1).getBatchId());
    }

    /** One request after the other over the same connections: a refusal must not spoil what comes next. */
    @Test
    void refusesTheWholeHostileCorpusAndStoresNothingOfItAndAcceptsTheNextGoodBatch() {
        long sequence = 0;
        for (HostileUpload hostile : HostileUpload.corpus(session)) {
            HttpResponse<String> refused = server.post(user, hostile.body());

            assertProblem(refused, hostile.problem(), hostile.field());
            if (sequence++ % 10 == 0) {
                assertThat(server.post(user, BatchJson.of(session, sequence)).statusCode())
                        .isEqualTo(202);
            }
        }
        assertThat(server.post(user, BatchJson.of(session, 1_000)).statusCode()).isEqualTo(202);

        assertThat(server.stored(user).size()).isEqualTo((int) ((sequence + 9) / 10) + 1);
    }

    @Test
    void clampsEventTimeAndMarksIt() {
        Instant future = Instant.now().plus(Duration.ofHours(3));
        Instant past = Instant.now().minus(Duration.ofDays(365));

        server.post(user, BatchJson.of(session, 0).with("started_at", Long.toString(future.toEpochMilli())));
        server.post(user, BatchJson.of(session, 1).with("started_at", Long.toString(past.toEpochMilli())));

        StoredBatches stored = server.stored(user);
        assertThat(stored.batch(0).getClamped()).isTrue();
        assertThat(stored.batch(0).getStartedAt())
                .isEqualTo(stored.batch(0).getReceivedAt().plusSeconds(60).minusMillis(210));
        assertThat(stored.batch(1).getClamped()).isTrue();
        assertThat(stored.batch(1).getStartedAt())
                .isEqualTo(stored.batch(1).getReceivedAt().minus(Duration.ofDays(31)));
    }

    @Test
    void aSessionClaimedAMomentAgoIsAcceptedAlsoWhenItWasRefusedJustBefore() {
        UUID claimedLate = UUID.randomUUID();
        for (int i = 0; i < 20; i++) {
            assertProblem(server.post(user, BatchJson.of(claimedLate, 0)), ProblemType.UNKNOWN_SESSION, "session_id");
        }

        server.claim(claimedLate, user);

        assertThat(server.post(user, BatchJson.of(claimedLate, 0)).statusCode()).isEqualTo(202);
    }

    @Test
    void aForeignSessionLooksLikeOneThatDoesNotExist() {
        UUID foreign = server.newSession(server.newUser());
        String unknown = server.post(user, BatchJson.of(UUID.randomUUID(), 0)).body();

        HttpResponse<String> response = server.post(user, BatchJson.of(foreign, 0));

        assertProblem(response, ProblemType.UNKNOWN_SESSION, "session_id");
        assertThat(response.body()).isEqualTo(unknown);
    }

    @Test
    void oneForeignSessionRefusesTheWholeArrayAndIsNamed() {
        UUID foreign = server.newSession(server.newUser());

        HttpResponse<String> response = server.post(
                user, BatchJson.array(BatchJson.of(session, 0), BatchJson.of(session, 1), BatchJson.of(foreign, 0)));

        assertProblem(response, ProblemType.UNKNOWN_SESSION, "[2].session_id");
        assertThat(server.stored(user).size()).isZero();
    }

    @Test
    void tellsAUserWhoseKeyIsGoneToStop() {
        UUID erased = UUID.randomUUID();
        UUID theirs = server.newSession(erased);

        assertProblem(server.post(erased, BatchJson.of(theirs, 0)), ProblemType.ACCOUNT_ERASED, null);
    }

    @Test
    void refusesTenMegabytesWithAndWithoutTheirLength() {
        byte[] body = "[1,".repeat(10 * 1024 * 1024 / 3).getBytes(StandardCharsets.ISO_8859_1);

        HttpResponse<String> announced = server.send(server.request(user).POST(BodyPublishers.ofByteArray(body)));
        HttpResponse<String> chunked = server.send(
                server.request(user).POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))));

        assertProblem(announced, ProblemType.REQUEST_TOO_LARGE, null);
        assertProblem(chunked, ProblemType.REQUEST_TOO_LARGE, null);
        assertThat(server.post(user, BatchJson.of(session, 0)).statusCode()).isEqualTo(202);
    }

    @Test
    void acceptsTheLargestBodyAndRefusesOneByteMore() {
        String batch = BatchJson.of(session, 0).toString();
        String largest = batch + " ".repeat(Limits.REQUEST_BYTES_MAX - batch.length());

        assertThat(server.post(user, largest).statusCode()).isEqualTo(202);
        assertProblem(server.post(user, largest + " "), ProblemType.REQUEST_TOO_LARGE, null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/xml", "application/*", "nonsense"})
    void refusesOtherFormats(String contentType) {
        HttpResponse<String> response = server.send(server.request(user)
                .setHeader("Content-Type", contentType)
                .POST(BodyPublishers.ofString(BatchJson.of(session, 0).toString())));

        assertProblem(response, ProblemType.UNSUPPORTED_MEDIA_TYPE, null);
    }

    @Test
    void refusesAnEncodedBodyAndAMissingContentType() {
        HttpResponse<String> zipped = server.send(server.request(user)
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofString(BatchJson.of(session, 0).toString())));
        HttpResponse<String> untyped = server.send(HttpRequest.newBuilder(server.uri("/api/keystrokes"))
                .header("Authorization", "Bearer " + IngestServer.token(user))
                .POST(BodyPublishers.ofString(BatchJson.of(session, 0).toString())));

        assertProblem(zipped, ProblemType.UNSUPPORTED_MEDIA_TYPE, null);
        assertProblem(untyped, ProblemType.UNSUPPORTED_MEDIA_TYPE, null);
    }

    @Test
    void refusesARequestWithoutAValidTokenAndSaysHowToAuthenticate() {
        HttpResponse<String> none = server.send(HttpRequest.newBuilder(server.uri("/api/keystrokes"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(BatchJson.of(session, 0).toString())));
        HttpResponse<String> wrong = server.send(server.request(user)
                .setHeader("Authorization", "Bearer " + IngestServer.token(user) + "x")
                .POST(BodyPublishers.ofString("x".repeat(3_000_000))));

        assertProblem(none, ProblemType.UNAUTHENTICATED, null);
        assertThat(none.headers().firstValue("WWW-Authenticate")).hasValue("Bearer realm=\"mindful-code\"");
        assertProblem(wrong, ProblemType.UNAUTHENTICATED, null);
    }

    @Test
    void servesTheSchemaOfAvroUploads() {
        HttpResponse<String> schema = server.send(HttpRequest.newBuilder(server.uri("/schemas/keystroke-upload.avsc")));

        assertThat(new org.apache.avro.Schema.Parser().parse(schema.body()))
                .isEqualTo(KeystrokeUpload.getClassSchema());
    }

    @Test
    void countsWhatItAcceptsAndRefusesWithoutNamingAnybody() {
        server.post(user, BatchJson.of(session, 0));
        server.post(user, "");

        assertThat(server.metrics())
                .contains("mindful_ingest_batches_total ", "mindful_ingest_keystrokes_total ")
                .contains("mindful_ingest_in_flight_bytes 0")
                .contains("mindful_ingest_refused_total{problem=\"malformed-body\"} ")
                .contains("mindful_ingest_acknowledgement_seconds_count ")
                .doesNotContain(user.toString(), session.toString());
    }

    static void assertProblem(
            HttpResponse<String> response, ProblemType type, @org.jspecify.annotations.Nullable String field) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(type.status());
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(response.body())
                .contains(
                        "\"type\":\"https://mindfulcode.dev/problems/" + type.slug() + "\"",
                        "\"status\":" + type.status());
        if (field == null) {
            assertThat(response.body()).doesNotContain("\"field\"");
        } else {
            assertThat(response.body()).contains("\"field\":\"" + field + "\"");
        }
    }
}
