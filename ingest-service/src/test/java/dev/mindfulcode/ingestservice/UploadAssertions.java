package dev.mindfulcode.ingestservice;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.schemas.KeyClass;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.SignalKind;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Asserts the rules that every parsed upload obeys. */
final class UploadAssertions {

    private UploadAssertions() {}

    static void assertValid(Upload upload) {
        assertThat(upload.size()).isBetween(1, 100);
        upload.batches().forEach(UploadAssertions::assertValid);
        List<Integer> indexes = Stream.concat(
                        upload.batches().stream().map(ParsedBatch::index),
                        upload.rejected().stream().map(Rejection::index))
                .sorted()
                .toList();
        assertThat(indexes).isEqualTo(IntStream.range(0, upload.size()).boxed().toList());
        assertThat(upload.rejected())
                .allSatisfy(rejection -> assertThat(rejection.type()).isEqualTo(ProblemType.INVALID_BATCH));
    }

    static KeystrokePayload payload(ParsedBatch batch) {
        if (!(batch.content() instanceof ParsedBatch.Keystrokes keystrokes)) {
            throw new AssertionError("Not a batch of keystrokes");
        }
        return keystrokes.payload();
    }

    private static void assertValid(ParsedBatch batch) {
        KeystrokePayload payload = payload(batch);
        assertThat(batch.sequence()).isBetween(0L, UploadLimits.SEQUENCE_MAX);
        assertThat(batch.startedAtMs()).isBetween(UploadLimits.EPOCH_MS_MIN, UploadLimits.EPOCH_MS_MAX);
        assertThat(batch.keystrokes()).isEqualTo(payload.keystrokes()).isBetween(0, 1_000);
        assertThat(payload.signals()).isBetween(payload.keystrokes() == 0 ? 1 : 0, 1_000);
        long lastKeystrokeMs =
                Arrays.stream(payload.intervalsMs()).asLongStream().sum();
        long lastSignalMs = Arrays.stream(payload.signalAtMs()).max().orElse(0);
        assertThat(batch.spanMs())
                .isEqualTo(Math.max(lastKeystrokeMs, lastSignalMs))
                .isBetween(0L, 86_400_000L);
        assertThat(Arrays.stream(payload.intervalsMs())).allMatch(ms -> ms >= 0);
        assertThat(Arrays.stream(payload.dwellsMs())).allMatch(ms -> ms >= 0 && ms <= UploadLimits.DWELL_MS_MAX);
        assertThat(Arrays.stream(payload.signalAtMs())).allMatch(ms -> ms >= 0);
        for (byte code : payload.keyClasses()) {
            assertThat(KeyClass.ofCode(code)).isNotNull();
        }
        for (int i = 0; i < payload.signals(); i++) {
            SignalKind kind = SignalKind.ofCode(payload.signalKinds()[i]);
            assertThat(kind).isNotNull();
            int max = kind == SignalKind.DIAGNOSTICS
                    ? UploadLimits.DIAGNOSTICS_MAX
                    : kind == SignalKind.BUILD || kind == SignalKind.TEST ? 1 : 0;
            assertThat(payload.signalValues()[i]).isBetween(0, max);
        }
    }
}
