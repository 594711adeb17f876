package dev.mindfulcode.apigateway.flow;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.flowengine.FlowDetector;
import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.schemas.CollectionLevel;
import dev.mindfulcode.schemas.FlowFeatures;
import dev.mindfulcode.webkit.problems.ProblemException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class DetectionReportsTest {

    private static final Instant NOW = Instant.parse("2026-03-02T09:00:00Z");
    private static final UUID SESSION = UUID.fromString("019a8f6e-7c1d-7b3a-9f52-3d1c5a7e9b10");

    /** Of the keystrokes of a burst that varies as a person's does. */
    private static int[] typing() {
        int[] intervals = new int[100];
        for (int i = 0; i < intervals.length; i++) {
            intervals[i] = 100 + i * 37 % 120;
        }
        return intervals;
    }

    private static int[] equal(int intervalMs) {
        int[] intervals = new int[100];
        Arrays.fill(intervals, intervalMs);
        return intervals;
    }

    private static FlowFeatures report(long sequence, Instant endedAt, int... intervals) {
        FlowDetector.Request request = FlowDetector.Request.ofIntervals(intervals);
        FlowReading reading = new FlowReading();
        new FlowDetector().detect(request, reading);
        return DetectionReports.report(
                new DetectionReports.Position(SESSION, sequence, endedAt), request, reading, NOW);
    }

    @Test
    void reportsRhythmAndVelocityOfAPersonOnly() {
        FlowFeatures typed = report(0, NOW, typing());
        assertThat(typed.getRhythm()).isNotEqualTo(0.5f);
        assertThat(typed.getVelocity()).isNotEqualTo(0.5f);
        for (int intervalMs : new int[] {33, 200}) {
            FlowFeatures held = report(0, NOW, equal(intervalMs));
            assertThat(held.getRhythm()).as("every %d ms", intervalMs).isEqualTo(0.5f);
            assertThat(held.getVelocity()).as("every %d ms", intervalMs).isEqualTo(0.5f);
        }
    }

    @Test
    void countsARepeatedDetectionOnceAndThatOfARestartedClientAgain() {
        UUID first = report(0, NOW.minusSeconds(60), typing()).getReportId();
        assertThat(report(0, NOW.minusSeconds(60), typing()).getReportId()).isEqualTo(first);
        assertThat(report(0, NOW, typing()).getReportId()).isNotEqualTo(first);
        assertThat(report(1, NOW.minusSeconds(60), typing()).getReportId()).isNotEqualTo(first);
    }

    @Test
    void replacesATimeInTheFutureByThatOfReceipt() {
        for (Instant ahead : new Instant[] {NOW.plusSeconds(600), Instant.MAX}) {
            FlowFeatures report = report(0, ahead, typing());
            assertThat(report.getStartedAt().plusMillis(report.getDurationMs())).isEqualTo(NOW);
        }
        assertThat(report(0, NOW.plusSeconds(600), typing()).getReportId())
                .as("the id is of the time that was sent")
                .isNotEqualTo(report(0, NOW.plusSeconds(660), typing()).getReportId());
    }

    @Test
    void rejectsDetectionsOfMoreThan31Days() {
        Instant oldest = NOW.minus(Duration.ofDays(31)).plusMillis(300);
        assertThatCode(() -> report(0, oldest, 100, 200)).doesNotThrowAnyException();
        for (Instant older : new Instant[] {oldest.minusMillis(1), Instant.MIN}) {
            assertThatThrownBy(() -> report(0, older, 100, 200))
                    .isInstanceOf(ProblemException.class)
                    .hasMessageContaining("31 days");
        }
    }

    @ParameterizedTest
    @EnumSource(CollectionLevel.class)
    void countsAtLevelFeaturesOnly(CollectionLevel level) {
        if (level == CollectionLevel.FEATURES) {
            assertThatCode(() -> DetectionReports.requireFeatures(level)).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(() -> DetectionReports.requireFeatures(level))
                    .isInstanceOf(ProblemException.class)
                    .hasMessageContaining("collection_level is " + level.text());
        }
    }
}
