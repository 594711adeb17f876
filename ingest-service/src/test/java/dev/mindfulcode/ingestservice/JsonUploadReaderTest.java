package dev.mindfulcode.ingestservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.MalformedPayloadException;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class JsonUploadReaderTest {

    private static final UUID SESSION = UUID.fromString("0192d3a4-5b6c-7d8e-9fa0-b1c2d3e4f506");

    private final JsonUploadReader reader = new JsonUploadReader();

    static List<InvalidUpload> corpus() {
        return InvalidUpload.corpus(SESSION);
    }

    @ParameterizedTest
    @MethodSource("corpus")
    void rejectsInvalidUploadsWithField(InvalidUpload hostile) {
        assertThatThrownBy(() -> read(hostile.body())).isInstanceOfSatisfying(ProblemException.class, problem -> {
            assertThat(problem.type()).as(problem.detail()).isEqualTo(hostile.problem());
            assertThat(problem.field()).as(problem.detail()).isEqualTo(hostile.field());
        });
    }

    /** The batches before and after an invalid one are read, for each fault at each position. */
    @ParameterizedTest
    @MethodSource("invalidBatches")
    void rejectsInvalidBatchAndReadsOthers(InvalidUpload hostile) {
        String list = "[" + BatchJson.of(SESSION, 7) + "," + hostile.body() + "," + BatchJson.of(SESSION, 9) + "]";

        for (String body : List.of(list, "{\"batches\":" + list + ",\"sent_at\":1.7e12}")) {
            Upload upload = read(body);

            assertThat(upload.batches()).extracting(ParsedBatch::sequence).containsExactly(7L, 9L);
            assertThat(upload.batches()).extracting(ParsedBatch::index).containsExactly(0, 2);
            assertThat(upload.rejected()).singleElement().satisfies(rejection -> {
                assertThat(rejection.index()).isEqualTo(1);
                assertThat(rejection.type()).isEqualTo(ProblemType.INVALID_BATCH);
                assertThat(rejection.field()).isEqualTo(hostile.field());
            });
        }
    }

    static Stream<InvalidUpload> invalidBatches() {
        Stream<InvalidUpload> objects = corpus().stream()
                .filter(hostile -> hostile.problem() == ProblemType.INVALID_BATCH
                        && hostile.body().startsWith("{")
                        && !hostile.name().startsWith("nested deep")
                        && !hostile.name().contains("envelope"));
        return Stream.concat(
                objects,
                Stream.of("null", "7", "[[[1]],{}]", "\"batch\"")
                        .map(body -> new InvalidUpload(body, body, ProblemType.INVALID_BATCH, null)));
    }

    @Test
    void rejectsSentAtInsideAList() {
        Upload upload = read(
                BatchJson.array(BatchJson.of(SESSION, 0).with("sent_at", "1700000000000"), BatchJson.of(SESSION, 1)));

        assertThat(upload.batches()).extracting(ParsedBatch::sequence).containsExactly(1L);
        assertThat(upload.rejected()).extracting(Rejection::field).containsExactly("sent_at");
    }

    @Test
    void readsSentAtOfSingleBatchAndEnvelopeInAnyOrder() {
        String batch = BatchJson.of(SESSION, 0).toString();

        assertThat(read(BatchJson.of(SESSION, 0).with("sent_at", "1700000000000"))
                        .sentAtMs())
                .isEqualTo(1_700_000_000_000L);
        assertThat(read("{\"sent_at\":1.7e12,\"batches\":[" + batch + "]}").sentAtMs())
                .isEqualTo(1_700_000_000_000L);
        assertThat(read("{\"batches\":[" + batch + "],\"sent_at\":1700000000000}")
                        .sentAtMs())
                .isEqualTo(1_700_000_000_000L);
        assertThat(read("{\"sent_at\":null,\"batches\":[" + batch + "]}").sentAtMs())
                .isNull();
        assertThat(read(batch).sentAtMs()).isNull();
    }

    /** Lua writes whole numbers this way. */
    @Test
    void readsNumbersWithZeroFraction() throws MalformedPayloadException {
        Upload upload = read(BatchJson.of(SESSION, 0)
                .with("sequence", "2.0")
                .with("started_at", "1.7e12")
                .with("intervals_ms", "[0.0,1.2E2,90.00]")
                .with("dwells_ms", "[1e1,-0.0,8.0]")
                .with("signals", "[{\"at_ms\":5.0,\"kind\":\"diagnostics\",\"value\":3.0}]"));

        ParsedBatch batch = upload.batches().getFirst();
        KeystrokePayload payload = UploadAssertions.payload(batch);
        assertThat(batch.sequence()).isEqualTo(2);
        assertThat(batch.startedAtMs()).isEqualTo(1_700_000_000_000L);
        assertThat(payload.intervalsMs()).containsExactly(0, 120, 90);
        assertThat(payload.dwellsMs()).containsExactly(10, 0, 8);
        assertThat(payload.signalAtMs()).containsExactly(5);
        assertThat(payload.signalValues()).containsExactly(3);
    }

    @Test
    void recognizesTimestampsInSeconds() {
        assertThatThrownBy(() -> read(BatchJson.of(SESSION, 0).with("started_at", "1700000000")))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.detail())
                                .contains("is 1700000000", "milliseconds are expected; this looks like seconds"));
        assertThatThrownBy(() -> read(BatchJson.of(SESSION, 0).with("started_at", "1577836799999")))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(problem.detail())
                                .contains("1577836800000", "2020")
                                .doesNotContain("seconds;", "looks like"));
    }

    @Test
    void readsTheLargestBatch() {
        Upload upload = read(BatchJson.of(SESSION, UploadLimits.SEQUENCE_MAX).keystrokes(1_000));

        assertThat(upload.keystrokes()).isEqualTo(1_000);
        assertThat(upload.batches().getFirst().sequence()).isEqualTo(UploadLimits.SEQUENCE_MAX);
        assertThat(upload.batches().getFirst().spanMs()).isEqualTo(100_000);
    }

    @Test
    void reads100BatchesSeparately() throws MalformedPayloadException {
        BatchJson[] batches = new BatchJson[100];
        for (int i = 0; i < batches.length; i++) {
            batches[i] = BatchJson.of(SESSION, i).keystrokes(1 + i % 7);
        }
        Upload upload = read(BatchJson.array(batches));

        assertThat(upload.batches()).hasSize(100);
        for (int i = 0; i < batches.length; i++) {
            ParsedBatch batch = upload.batches().get(i);
            assertThat(batch.sequence()).isEqualTo(i);
            assertThat(batch.keystrokes()).isEqualTo(1 + i % 7);
            assertThat(UploadAssertions.payload(batch).keystrokes()).isEqualTo(1 + i % 7);
        }
    }

    @Test
    void acceptsFieldsInAnyOrderAndNullForOptionalFields() {
        String batch = "{\"signals\":null,\"key_classes\":\"L\",\"dwells_ms\":null,\"intervals_ms\":[3],"
                + "\"started_at\":1600000000000,"
                + "\"sequence\":0,\"session_id\":\""
                + SESSION.toString().toUpperCase(Locale.ROOT) + "\",\"batch_id\":\""
                + SESSION + "\"}";

        assertThat(read(batch).batches().getFirst().sessionId()).isEqualTo(SESSION);
    }

    @Test
    void readsSignalValues() throws MalformedPayloadException {
        Upload upload = read(BatchJson.of(SESSION, 0)
                .keystrokes(0)
                .with(
                        "signals",
                        "[{\"kind\":\"build\",\"at_ms\":1,\"value\":\"failed\"},"
                                + "{\"value\":\"ok\",\"kind\":\"test\",\"at_ms\":2},"
                                + "{\"kind\":\"diagnostics\",\"at_ms\":3,\"value\":17},"
                                + "{\"kind\":\"focus_lost\",\"at_ms\":4,\"value\":null}]"));

        KeystrokePayload payload = UploadAssertions.payload(upload.batches().getFirst());
        assertThat(payload.signalAtMs()).containsExactly(1, 2, 3, 4);
        assertThat(payload.signalKinds()).containsExactly(2, 3, 4, 5);
        assertThat(payload.signalValues()).containsExactly(0, 1, 17, 0);
        assertThat(upload.batches().getFirst().spanMs()).isEqualTo(4);
    }

    @Test
    void repeatsOnlyTheFieldNameInProblems() {
        assertThatThrownBy(() -> read(BatchJson.of(SESSION, 0).with("key_classes", "\"hunter2\"")))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem -> assertThat(new String(problem.document(), StandardCharsets.UTF_8))
                                .contains("\"field\":\"key_classes[0]\"")
                                .doesNotContain("hunter2"));
    }

    private Upload read(Object json) {
        byte[] bytes = json.toString().getBytes(StandardCharsets.UTF_8);
        return reader.read(bytes, bytes.length);
    }
}
