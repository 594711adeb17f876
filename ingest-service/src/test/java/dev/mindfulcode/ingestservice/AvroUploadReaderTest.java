package dev.mindfulcode.ingestservice;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.schemas.KeyClass;
import dev.mindfulcode.schemas.upload.KeystrokeUpload;
import dev.mindfulcode.schemas.upload.UploadedBatch;
import dev.mindfulcode.webkit.problems.ProblemException;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class AvroUploadReaderTest {

    private static final UUID SESSION = UUID.fromString("0192d3a4-5b6c-7d8e-9fa0-b1c2d3e4f506");

    private final AvroUploadReader reader = new AvroUploadReader();

    record InvalidField(
            String name,
            Consumer<UploadedBatch> change,
            @Nullable String field) {
        @Override
        public String toString() {
            return name;
        }
    }

    static List<InvalidField> invalidFields() {
        return List.of(
                new InvalidField("id", batch -> batch.setBatchId("1-2-3-4-5"), "batch_id"),
                new InvalidField("session", batch -> batch.setSessionId(""), "session_id"),
                new InvalidField("sequence", batch -> batch.setSequence(-1), "sequence"),
                new InvalidField("sequence huge", batch -> batch.setSequence(Long.MAX_VALUE), "sequence"),
                new InvalidField("start", batch -> batch.setStartedAt(Long.MIN_VALUE), "started_at"),
                new InvalidField("start in seconds", batch -> batch.setStartedAt(1_700_000_000L), "started_at"),
                new InvalidField("interval", batch -> batch.setIntervalsMs(List.of(0, -1)), "intervals_ms[1]"),
                new InvalidField("span", batch -> batch.setIntervalsMs(List.of(86_400_000, 1)), "intervals_ms[1]"),
                new InvalidField(
                        "too many", batch -> batch.setIntervalsMs(Collections.nCopies(1_001, 1)), "intervals_ms[1000]"),
                new InvalidField(
                        "class", batch -> batch.setKeyClasses(bytes(0, KeyClass.values().length)), "key_classes[1]"),
                new InvalidField("class negative", batch -> batch.setKeyClasses(bytes(-1, 0)), "key_classes[0]"),
                new InvalidField("classes short", batch -> batch.setKeyClasses(bytes(0)), "key_classes"),
                new InvalidField("dwells short", batch -> batch.setDwellsMs(List.of(1)), "dwells_ms"),
                new InvalidField("dwell", batch -> batch.setDwellsMs(List.of(1, 600_001)), "dwells_ms[1]"),
                new InvalidField("signal at", batch -> batch.setSignalAtMs(List.of(-1)), "signal_at_ms[0]"),
                new InvalidField(
                        "signals many",
                        batch -> batch.setSignalAtMs(Collections.nCopies(1_001, 1)),
                        "signal_at_ms[1000]"),
                new InvalidField("kinds over", batch -> batch.setSignalKinds(bytes(1, 1)), "signal_kinds"),
                new InvalidField("kind", batch -> batch.setSignalKinds(bytes(7)), "signal_kinds[0]"),
                new InvalidField("values over", batch -> batch.setSignalValues(List.of(0, 0)), "signal_values[1]"),
                new InvalidField("values short", batch -> batch.setSignalValues(List.of()), "signal_values"),
                new InvalidField("value of a save", batch -> batch.setSignalValues(List.of(1)), "signal_values[0]"));
    }

    @ParameterizedTest
    @MethodSource("invalidFields")
    void rejectsInvalidBatchWithFieldAndReadsOthers(InvalidField invalid) {
        UploadedBatch second = batch();
        invalid.change.accept(second);
        KeystrokeUpload sent = new KeystrokeUpload(1_700_000_000_000L, List.of(batch(), second, batch()));

        for (boolean inBlocks : new boolean[] {false, true}) {
            byte[] body = UploadReaderProperties.encoded(sent, inBlocks);
            Upload upload = reader.read(body, body.length);

            assertThat(upload.sentAtMs()).isEqualTo(1_700_000_000_000L);
            assertThat(upload.batches()).extracting(ParsedBatch::index).containsExactly(0, 2);
            assertThat(upload.rejected()).singleElement().satisfies(rejection -> {
                assertThat(rejection.index()).isEqualTo(1);
                assertThat(rejection.type()).as(rejection.detail()).isEqualTo(ProblemType.INVALID_BATCH);
                assertThat(rejection.field()).as(rejection.detail()).isEqualTo(invalid.field);
            });
            UploadAssertions.assertValid(upload);
        }
    }

    @Test
    void rejectsSentAtInSeconds() {
        assertRejected(encoded(new KeystrokeUpload(1_700_000_000L, List.of(batch()))), ProblemType.INVALID_UPLOAD);
    }

    @Test
    void rejectsMoreThan100Batches() {
        byte[] body = encoded(new KeystrokeUpload(null, Collections.nCopies(101, batch())));

        assertRejected(body, ProblemType.REQUEST_TOO_LARGE);
    }

    @Test
    void rejectsUploadWithoutBatches() {
        assertRejected(encoded(new KeystrokeUpload(null, List.of())), ProblemType.INVALID_BATCH);
    }

    @Test
    void rejectsTruncatedAndOverlongBodies() {
        byte[] body = encoded(new KeystrokeUpload(null, List.of(batch())));
        for (int length = 0; length < body.length; length++) {
            assertRejected(Arrays.copyOf(body, length), ProblemType.MALFORMED_BODY);
        }
        assertRejected(Arrays.copyOf(body, body.length + 1), ProblemType.MALFORMED_BODY);
    }

    @ParameterizedTest
    @MethodSource("falseSizes")
    void rejectsFalseCountsAndSizes(byte[] body) {
        assertRejected(body, ProblemType.MALFORMED_BODY);
    }

    static Stream<byte[]> falseSizes() {
        return Stream.of(
                varints(2),
                varints(-1),
                varints(0, Long.MAX_VALUE),
                varints(0, Long.MIN_VALUE, 1),
                varints(0, Long.MIN_VALUE + 1, 0),
                varints(0, -1, Long.MAX_VALUE),
                varints(0, -1, -5),
                varints(0, 1_000_000_000),
                new byte[] {0, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1},
                // A block of one batch that declares a byte too many or too few.
                blockOfFalseSize(1),
                blockOfFalseSize(-1));
    }

    private static byte[] blockOfFalseSize(int difference) {
        byte[] honest = encoded(new KeystrokeUpload(null, List.of(batch())));
        byte[] batch = Arrays.copyOfRange(honest, 2, honest.length - 1);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(varints(0, -1, batch.length + difference));
        out.writeBytes(batch);
        out.writeBytes(new byte[] {0, 0});
        return out.toByteArray();
    }

    @Test
    void doesNotReuseValuesOfEarlierUploads() {
        byte[] long1 = encoded(new KeystrokeUpload(null, List.of(batch())));
        UploadedBatch other = batch();
        other.setIntervalsMs(List.of(9));
        other.setKeyClasses(bytes(3));
        other.setSignalAtMs(List.of());
        other.setSignalKinds(bytes());
        other.setSignalValues(List.of());
        byte[] short1 = encoded(new KeystrokeUpload(null, List.of(other)));

        reader.read(long1, long1.length);
        Upload upload = reader.read(short1, short1.length);

        assertThat(upload.keystrokes()).isEqualTo(1);
        assertThat(upload.batches().getFirst().spanMs()).isEqualTo(9);
        UploadAssertions.assertValid(upload);
    }

    private void assertRejected(byte[] body, ProblemType type) {
        assertThatThrownBy(() -> reader.read(body, body.length))
                .isInstanceOfSatisfying(
                        ProblemException.class,
                        problem ->
                                assertThat(problem.type()).as(problem.detail()).isEqualTo(type));
    }

    static UploadedBatch batch() {
        return new UploadedBatch(
                UUID.randomUUID().toString(),
                SESSION.toString(),
                3L,
                1_700_000_000_000L,
                List.of(0, 120),
                bytes(0, 4),
                List.of(),
                List.of(50),
                bytes(1),
                List.of(0));
    }

    static byte[] encoded(KeystrokeUpload upload) {
        return UploadReaderProperties.encoded(upload, false);
    }

    private static ByteBuffer bytes(int... values) {
        byte[] bytes = new byte[values.length];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) values[i];
        }
        return ByteBuffer.wrap(bytes);
    }

    private static byte[] varints(long... values) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (long value : values) {
            long rest = value << 1 ^ value >> 63;
            while ((rest & ~0x7FL) != 0) {
                out.write((int) (rest & 0x7F | 0x80));
                rest >>>= 7;
            }
            out.write((int) rest);
        }
        return out.toByteArray();
    }
}
