package dev.mindfulcode.ingestservice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.schemas.CollectionLevel;
import dev.mindfulcode.schemas.ReadAfterToken;
import dev.mindfulcode.schemas.upload.KeystrokeUpload;
import dev.mindfulcode.schemas.upload.UploadedBatch;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests POST /api/keystrokes over HTTP with Kafka. */
class KeystrokesEndpointTest {

    private final IngestServer server = IngestServer.shared();
    private final UUID user = server.newUser();
    private final UUID session = server.newSession(user);

    @Test
    void storesBatchEncryptedUnderItsUser() {
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
        assertThat(response.body()).isEqualTo(accepted(1, 3));
        StoredBatches stored = server.stored(user);
        assertThat(stored.size()).isEqualTo(1);
        assertThat(stored.batch(0).getSessionId()).isEqualTo(session);
        assertThat(stored.batch(0).getSequence()).isEqualTo(7);
        assertThat(stored.batch(0).getClamped()).isFalse();
        assertThat(stored.batch(0).getReceivedAt().toEpochMilli())
                .isBetween(beforeMs, System.currentTimeMillis())
                .isEqualTo(stored.records().getFirst().timestamp());
        assertThat(stored.records().getFirst().headers()).isEmpty();
        assertThat(new String(stored.records().getFirst().value(), StandardCharsets.ISO_8859_1))
                .as("no id in clear")
                .doesNotContain(session.toString(), stored.batch(0).getBatchId().toString());
        assertThat(stored.payloads().getFirst().intervalsMs()).containsExactly(0, 150, 3000);
        assertThat(stored.payloads().getFirst().keyClasses()).containsExactly(0, 6, 4);
        assertThat(stored.payloads().getFirst().dwellsMs()).containsExactly(80, 90, 100);
        assertThat(stored.payloads().getFirst().signalAtMs()).containsExactly(200, 900);
        assertThat(stored.payloads().getFirst().signalKinds()).containsExactly(1, 3);
        assertThat(stored.payloads().getFirst().signalValues()).containsExactly(0, 1);
    }

    @Test
    void storesArrayInOrder() {
        UUID other = server.newSession(user);
        HttpResponse<String> response = server.post(
                user,
                BatchJson.array(
                        BatchJson.of(session, 0),
                        BatchJson.of(other, 0),
                        BatchJson.of(session, 1),
                        BatchJson.of(session, 2)));

        assertThat(response.body()).isEqualTo(accepted(4, 12));
        assertThat(server.stored(user).sequences()).containsExactly(0L, 0L, 1L, 2L);
    }

    @Test
    void answersWithReadAfterTokenOfTheLastRecord() {
        HttpResponse<String> response =
                server.post(user, BatchJson.array(BatchJson.of(session, 0), BatchJson.of(session, 1)));

        ConsumerRecord<UUID, byte[]> last = server.stored(user).records().getLast();
        assertThat(response.headers().firstValue("X-Read-After"))
                .hasValue(new ReadAfterToken("keystrokes", last.partition(), last.offset()).text());
    }

    @Test
    void acceptsAvro() {
        UploadedBatch batch = AvroUploadReaderTest.batch();
        batch.setSessionId(session.toString());
        batch.setStartedAt(System.currentTimeMillis());
        byte[] body = AvroUploadReaderTest.encoded(new KeystrokeUpload(null, List.of(batch, batch)));

        HttpResponse<String> response = server.send(server.request(user)
                .setHeader("Content-Type", "application/avro")
                .POST(BodyPublishers.ofByteArray(body)));

        assertThat(response.body()).isEqualTo(accepted(2, 4));
        assertThat(server.stored(user).payloads().getFirst().intervalsMs()).containsExactly(0, 120);
    }

    @Test
    void acceptsRepeatedBatches() {
        BatchJson batch = BatchJson.of(session, 0);

        assertThat(server.post(user, batch).statusCode()).isEqualTo(202);
        assertThat(server.post(user, batch).statusCode()).isEqualTo(202);

        StoredBatches stored = server.stored(user);
        assertThat(stored.size()).isEqualTo(2);
        assertThat(stored.batch(0).getBatchId()).isEqualTo(stored.batch(1).getBatchId());
    }

    /** Uses the same connections for all requests: a rejection must not affect the next request. */
    @Test
    void rejectsInvalidUploadsAndAcceptsTheNextValidOne() {
        long sequence = 0;
        for (InvalidUpload hostile : InvalidUpload.corpus(session)) {
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
    void movesSessionOfAFastClockAndReportsIt() {
        long futureMs = Instant.now().plus(Duration.ofHours(2)).toEpochMilli();

        HttpResponse<String> response = server.post(
                user,
                BatchJson.array(
                        BatchJson.of(session, 0).with("started_at", Long.toString(futureMs - 60_000)),
                        BatchJson.of(session, 1).with("started_at", Long.toString(futureMs - 210))));

        StoredBatches stored = server.stored(user);
        assertThat(response.body())
                .contains("\"accepted\":2,", "\"moved\":[{\"session_id\":\"" + session + "\",\"batches\":2,")
                .contains("\"shift_ms\":-7", "\"reason\":\"future\"}]");
        assertThat(stored.batch(0).getClamped()).isTrue();
        assertThat(stored.batch(1).getStartedAt())
                .isEqualTo(stored.batch(0).getStartedAt().plusMillis(59_790))
                .isEqualTo(stored.batch(1).getReceivedAt().minusMillis(210));
    }

    /** A queue that arrives in several uploads keeps its spacing. */
    @Test
    void movesUploadsOfAnOldQueueByOneShift() {
        long oldMs = Instant.now().minus(Duration.ofDays(40)).toEpochMilli();
        for (int sequence = 0; sequence < 3; sequence++) {
            server.post(
                    user,
                    BatchJson.of(session, sequence).with("started_at", Long.toString(oldMs + 3_600_000L * sequence)));
        }

        StoredBatches stored = server.stored(user);
        Instant first = stored.batch(0).getStartedAt();
        assertThat(first).isEqualTo(stored.batch(0).getReceivedAt().minus(Duration.ofDays(30)));
        assertThat(stored.batch(1).getStartedAt()).isEqualTo(first.plus(Duration.ofHours(1)));
        assertThat(stored.batch(2).getStartedAt()).isEqualTo(first.plus(Duration.ofHours(2)));
    }

    @Test
    void movesUploadByTheClockErrorOfSentAt() {
        long clockMs = System.currentTimeMillis() - 7_200_000;

        HttpResponse<String> response = server.post(
                user,
                BatchJson.of(session, 0)
                        .with("started_at", Long.toString(clockMs - 5_000))
                        .with("sent_at", Long.toString(clockMs)));

        StoredBatches stored = server.stored(user);
        assertThat(response.body()).contains("\"reason\":\"client_clock\"");
        assertThat(stored.batch(0).getClamped()).isTrue();
        assertThat(stored.batch(0).getStartedAt())
                .isBetween(
                        Instant.ofEpochMilli(clockMs + 7_195_000),
                        stored.batch(0).getReceivedAt());
    }

    @Test
    void answersEachBatchOfAList() {
        UUID foreign = server.newSession(server.newUser());
        String batches = BatchJson.array(
                BatchJson.of(session, 0),
                BatchJson.of(session, 1).with("intervals_ms", "[0,-4,1]"),
                BatchJson.of(foreign, 0),
                BatchJson.of(session, 2));

        HttpResponse<String> response = server.post(user, "{\"batches\":" + batches + "}");

        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(response.body())
                .isEqualTo("{\"accepted\":2,\"keystrokes\":6,\"moved\":[],\"rejected\":["
                        + "{\"index\":1,\"type\":\"https://mindfulcode.dev/problems/invalid-batch\","
                        + "\"field\":\"intervals_ms[1]\",\"detail\":\"is -4; must be from 0 to 86400000\"},"
                        + "{\"index\":2,\"type\":\"https://mindfulcode.dev/problems/unknown-session\","
                        + "\"field\":\"session_id\","
                        + "\"detail\":\"You have no session with this id; start it with POST /api/sessions/start\"}]}");
        assertThat(server.stored(user).sequences()).containsExactly(0L, 2L);
    }

    @Test
    void rejectsKeystrokesOfUsersWhoAllowNone() {
        assertThat(server.post(user, BatchJson.of(session, 0)).statusCode()).isEqualTo(202);
        for (CollectionLevel level : List.of(CollectionLevel.FEATURES, CollectionLevel.LOCAL)) {
            server.setLevel(user, level);

            HttpResponse<String> refused = server.post(user, BatchJson.of(session, 10));

            assertProblem(refused, ProblemType.NOT_COLLECTED, null);
            assertThat(refused.body()).contains("collection_level is " + level.text());
            assertThat(server.post(user, "[" + BatchJson.of(session, 11) + "]").body())
                    .contains("\"accepted\":0", "\"index\":0", "problems/not-collected");
        }
        server.setLevel(user, CollectionLevel.FULL);
        assertThat(server.post(user, BatchJson.of(session, 1)).statusCode()).isEqualTo(202);
        assertThat(server.stored(user).sequences()).containsExactly(0L, 1L);
    }

    @Test
    void rejectsBatchesOfExcludedSessionsOnly() {
        UUID excluded = server.newSession(user);
        String both = BatchJson.array(BatchJson.of(session, 0), BatchJson.of(excluded, 1));
        server.exclude(excluded, user, "project");

        assertThat(server.post(user, both).body())
                .contains("\"accepted\":1", "\"index\":1", "excluded_projects excludes this session")
                .contains("\"field\":\"session_id\"");
        server.exclude(excluded, user, null);
        assertThat(server.post(user, BatchJson.of(excluded, 2)).statusCode()).isEqualTo(202);
        assertThat(server.stored(user).sequences()).containsExactly(0L, 2L);
    }

    @Test
    void answers202WhenAllBatchesOfAListAreRejected() {
        HttpResponse<String> response = server.post(user, "[{},null]");

        assertThat(response.statusCode()).isEqualTo(202);
        assertThat(response.body())
                .contains("\"accepted\":0,", "\"index\":0,", "\"field\":\"batch_id\"", "\"index\":1,");
        assertThat(response.headers().firstValue("X-Read-After")).isEmpty();
    }

    @Test
    void acceptsSessionStartedAfterItsFirstRejection() {
        UUID startedLate = UUID.randomUUID();
        for (int i = 0; i < 20; i++) {
            assertProblem(server.post(user, BatchJson.of(startedLate, 0)), ProblemType.UNKNOWN_SESSION, "session_id");
        }

        server.start(startedLate, user);

        assertThat(server.post(user, BatchJson.of(startedLate, 0)).statusCode()).isEqualTo(202);
    }

    @Test
    void answersForeignSessionsLikeUnknownOnes() {
        UUID foreign = server.newSession(server.newUser());
        String unknown = server.post(user, BatchJson.of(UUID.randomUUID(), 0)).body();

        HttpResponse<String> response = server.post(user, BatchJson.of(foreign, 0));

        assertProblem(response, ProblemType.UNKNOWN_SESSION, "session_id");
        assertThat(response.body()).isEqualTo(unknown);
    }

    @Test
    void answers410AfterErasure() {
        UUID erased = UUID.randomUUID();
        UUID theirs = server.newSession(erased);

        assertProblem(server.post(erased, BatchJson.of(theirs, 0)), ProblemType.ACCOUNT_ERASED, null);
    }

    @Test
    void rejectsTenMegabytesWithAndWithoutContentLength() {
        byte[] body = "[1,".repeat(10 * 1024 * 1024 / 3).getBytes(StandardCharsets.ISO_8859_1);

        HttpResponse<String> announced = server.send(server.request(user).POST(BodyPublishers.ofByteArray(body)));
        HttpResponse<String> chunked = server.send(
                server.request(user).POST(BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))));

        assertProblem(announced, ProblemType.REQUEST_TOO_LARGE, null);
        assertProblem(chunked, ProblemType.REQUEST_TOO_LARGE, null);
        assertThat(server.post(user, BatchJson.of(session, 0)).statusCode()).isEqualTo(202);
    }

    @Test
    void acceptsBodiesUpToTheLimit() {
        String batch = BatchJson.of(session, 0).toString();
        String largest = batch + " ".repeat(UploadLimits.REQUEST_BYTES_MAX - batch.length());

        assertThat(server.post(user, largest).statusCode()).isEqualTo(202);
        assertProblem(server.post(user, largest + " "), ProblemType.REQUEST_TOO_LARGE, null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"text/plain", "application/xml", "application/*", "nonsense"})
    void rejectsOtherContentTypes(String contentType) {
        HttpResponse<String> response = server.send(server.request(user)
                .setHeader("Content-Type", contentType)
                .POST(BodyPublishers.ofString(BatchJson.of(session, 0).toString())));

        assertProblem(response, ProblemType.UNSUPPORTED_MEDIA_TYPE, null);
    }

    @Test
    void acceptsGzipBodies() throws IOException {
        byte[] json = gzip(BatchJson.array(BatchJson.of(session, 0), BatchJson.of(session, 1)));

        HttpResponse<String> response = sendGzip(json);

        assertThat(response.body()).isEqualTo(accepted(2, 6));
        assertThat(server.metrics()).contains("mindful_ingest_in_flight_bytes 0");
    }

    @Test
    void rejectsCorruptAndOversizedGzipBodiesAndReleasesTheirBytes() throws IOException {
        byte[] good = gzip(BatchJson.of(session, 0).toString());
        byte[] corrupt = good.clone();
        corrupt[good.length - 5] ^= 1;
        byte[] bomb = gzip(" ".repeat(UploadLimits.REQUEST_BYTES_MAX + 1));

        assertProblem(sendGzip(corrupt), ProblemType.MALFORMED_BODY, "Content-Encoding");
        assertProblem(sendGzip(Arrays.copyOf(good, good.length - 1)), ProblemType.MALFORMED_BODY, "Content-Encoding");
        assertProblem(sendGzip(bomb), ProblemType.REQUEST_TOO_LARGE, null);
        assertThat(server.metrics()).contains("mindful_ingest_in_flight_bytes 0");
    }

    @Test
    void rejectsOtherEncodingsAndMissingContentType() {
        HttpResponse<String> compressed = server.send(server.request(user)
                .header("Content-Encoding", "br")
                .POST(BodyPublishers.ofString(BatchJson.of(session, 0).toString())));
        HttpResponse<String> untyped = server.send(HttpRequest.newBuilder(server.uri("/api/keystrokes"))
                .header("Authorization", "Bearer " + IngestServer.token(user))
                .POST(BodyPublishers.ofString(BatchJson.of(session, 0).toString())));

        assertProblem(compressed, ProblemType.UNSUPPORTED_MEDIA_TYPE, "Content-Encoding");
        assertThat(compressed.headers().firstValue("Accept-Encoding")).hasValue("gzip");
        assertProblem(untyped, ProblemType.UNSUPPORTED_MEDIA_TYPE, null);
    }

    private HttpResponse<String> sendGzip(byte[] body) {
        return server.send(
                server.request(user).header("Content-Encoding", "gzip").POST(BodyPublishers.ofByteArray(body)));
    }

    static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
            gzip.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return out.toByteArray();
    }

    @Test
    void rejectsRequestsWithoutValidTokenWithAuthenticationScheme() {
        HttpResponse<String> none = server.send(HttpRequest.newBuilder(server.uri("/api/keystrokes"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(BatchJson.of(session, 0).toString())));
        HttpResponse<String> wrong = server.send(server.request(user)
                .setHeader("Authorization", "Bearer " + IngestServer.token(user) + "x")
                .POST(BodyPublishers.ofString("x".repeat(3_000_000))));

        assertProblem(none, ProblemType.UNAUTHENTICATED, null);
        assertThat(none.headers().firstValue("WWW-Authenticate")).hasValue("Bearer");
        assertProblem(wrong, ProblemType.UNAUTHENTICATED, null);
    }

    @Test
    void servesTheAvroSchema() {
        HttpResponse<String> schema = server.send(HttpRequest.newBuilder(server.uri("/schemas/keystroke-upload.avsc")));

        assertThat(new org.apache.avro.Schema.Parser().parse(schema.body()))
                .isEqualTo(KeystrokeUpload.getClassSchema());
    }

    /** Counters are sums over all users, and reveal what a single one does. */
    @Test
    void showsMetricsAndHealthOnTheManagementPortOnly() {
        assertThat(server.management("/livez").statusCode()).isEqualTo(200);
        assertThat(server.management("/readyz").statusCode()).isEqualTo(200);
        assertThat(server.management("/metrics").statusCode()).isEqualTo(200);
        assertThat(server.send(HttpRequest.newBuilder(server.uri("/metrics"))).statusCode())
                .isEqualTo(404);
    }

    @Test
    void countsAcceptedAndRejectedUploadsWithoutUserIds() {
        server.post(user, BatchJson.of(session, 0));
        server.post(user, "");

        assertThat(server.metrics())
                .contains("mindful_ingest_batches_total ", "mindful_ingest_keystrokes_total ")
                .contains("mindful_ingest_in_flight_bytes 0")
                .contains("mindful_ingest_refused_total{problem=\"malformed-body\"} ")
                .contains("mindful_ingest_acknowledgement_seconds_count ")
                .doesNotContain(user.toString(), session.toString());
    }

    private static String accepted(int batches, int keystrokes) {
        return "{\"accepted\":" + batches + ",\"keystrokes\":" + keystrokes + ",\"moved\":[],\"rejected\":[]}";
    }

    static void assertProblem(
            HttpResponse<String> response, ProblemType type, @org.jspecify.annotations.Nullable String field) {
        assertThat(response.statusCode()).as(response.body()).isEqualTo(type.status());
        assertThat(response.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(response.body())
                .contains(
                        "\"type\":\"https://mindfulcode.dev/problems/" + type.code() + "\"",
                        "\"status\":" + type.status());
        if (field == null) {
            assertThat(response.body()).doesNotContain("\"field\"");
        } else {
            assertThat(response.body()).contains("\"field\":\"" + field + "\"");
        }
    }
}
