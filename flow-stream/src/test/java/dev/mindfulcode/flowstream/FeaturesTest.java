package dev.mindfulcode.flowstream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mindfulcode.flowengine.FeatureReport;
import dev.mindfulcode.flowengine.FeatureReporter;
import dev.mindfulcode.flowengine.SessionState;
import dev.mindfulcode.schemas.DeadLetter;
import dev.mindfulcode.schemas.FlowFeatures;
import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.FlowPeriod;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.KeyClass;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.SignalKind;
import dev.mindfulcode.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests of the level at which clients keep their keystrokes and report features. */
class FeaturesTest {

    private static final int KEYSTROKES = 20_000;
    private static final int KEYSTROKES_PER_BATCH = 40;
    private static final double MEAN_INTENSITY_MAX = 0.03;

    private final StreamDriver stream = new StreamDriver();
    private final Typing anna = Typing.someone();
    private final Typing ben = Typing.someone();

    @AfterEach
    void close() {
        stream.close();
    }

    static FeatureReport report(Instant startedAt) {
        return new FeatureReport(
                startedAt.toEpochMilli(), 5_000, 25, 2, 1, 1, 1, 1, 5_000, 0.7f, 0.9f, 0.6f, 0.1f, 0.6f);
    }

    /** A report says nothing of seconds, on which intensity depends a little, and flow with it. */
    @Test
    void theSameTypingAsBatchesAndAsReportsGivesTheSameCountsAndAboutTheSameFlow() {
        List<FeatureReport> reports = new ArrayList<>();
        FeatureReporter reporter =
                new FeatureReporter(SessionState.fresh(), (int) SessionState.EVALUATION_INTERVAL_MS, reports::add);
        for (KeystrokeBatch batch : typing(new Random(17))) {
            stream.typeLive(anna, batch);
            Typing.payload(batch).forEachEvent(batch.getStartedAt().toEpochMilli(), Long.MAX_VALUE, visitor(reporter));
        }
        reporter.flush();
        for (int i = 0; i < reports.size(); i++) {
            stream.report(ben, ben.features(i, reports.get(i)));
        }
        stream.advance(Duration.ofMinutes(6));

        FlowState typed = stream.lastFlowState(anna);
        FlowState reported = stream.lastFlowState(ben);
        assertThat(typed.getKeystrokes()).isEqualTo(KEYSTROKES);
        assertThat(typed.getFlowMs()).isPositive();
        assertThat(totals(reported)).isEqualTo(totals(typed));
        assertThat(minutes(ben)).isEqualTo(minutes(anna));
        assertThat((double) reported.getFlowMs() / typed.getFlowMs()).isBetween(0.8, 1.2);
        assertThat(reported.getIntensityMs() / reported.getActiveMs())
                .isCloseTo(typed.getIntensityMs() / typed.getActiveMs(), within(MEAN_INTENSITY_MAX));
        assertThat(flowPeriods(ben)).isBetween(flowPeriods(anna) / 2, flowPeriods(anna) * 2);
        assertThat(stream.deadLetters()).isEmpty();
    }

    @Test
    void countsAReportOnceAndInTheOrderOfItsSequence() {
        FlowFeatures first = ben.features(0, report(StreamDriver.START));
        FlowFeatures second = ben.features(1, report(StreamDriver.START.plusSeconds(5)));
        FlowFeatures third = ben.features(2, report(StreamDriver.START.plusSeconds(10)));
        stream.report(ben, first);
        stream.report(ben, third);
        stream.report(ben, third);
        assertThat(stream.stored(ben).engine().keystrokes()).isEqualTo(25);
        stream.report(ben, second);
        stream.report(ben, first);

        assertThat(stream.stored(ben).engine().keystrokes()).isEqualTo(75);
        assertThat(stream.stored(ben).engine().activeMs()).isEqualTo(15_000);
        assertThat(stream.count("mindful.stream.batches", "outcome", "duplicate"))
                .isEqualTo(2);
    }

    @Test
    void aSessionMayChangeItsLevelInTheMiddle() {
        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 25, 200));
        stream.report(anna, anna.features(1, report(StreamDriver.START.plusSeconds(5))));
        // Overtakes the report before it, and waits.
        stream.typeLive(anna, anna.batch(3, StreamDriver.START.plusSeconds(15), 25, 200));
        assertThat(stream.stored(anna).engine().keystrokes()).isEqualTo(50);
        stream.report(anna, anna.features(2, report(StreamDriver.START.plusSeconds(10))));

        assertThat(stream.stored(anna).engine().keystrokes()).isEqualTo(100);
        assertThat(stream.stored(anna).engine().activeMs()).isEqualTo(20_000);
        assertThat(stream.deadLetters()).isEmpty();
    }

    @Test
    void rejectsReportsOfOtherUsersAndValuesOutOfRange() {
        FlowFeatures valid = ben.features(0, report(StreamDriver.START));
        byte[] bensKey = ben.userId().toString().getBytes(UTF_8);
        stream.pipeRaw(Topics.FLOW_FEATURES, bensKey, anna.sealed(valid), stream.now());
        stream.report(ben, FlowFeatures.newBuilder(valid).setFocus(1.5f).build());
        stream.report(ben, FlowFeatures.newBuilder(valid).setKeystrokes(-1).build());
        stream.report(ben, FlowFeatures.newBuilder(valid).setSequence(-1).build());
        stream.pipeRaw(Topics.FLOW_FEATURES, bensKey, new byte[] {1, 2, 3}, stream.now());
        stream.report(ben, valid);

        assertThat(stream.deadLetters())
                .extracting(DeadLetter::getReason)
                .containsExactly("not_decrypted", "out_of_range", "out_of_range", "out_of_range", "unreadable");
        assertThat(stream.lastFlowState(ben).getKeystrokes()).isEqualTo(25);
    }

    @Test
    void skipsReportsOfErasedUsers() {
        byte[] sealed = ben.sealed(ben.features(0, report(StreamDriver.START)));
        String userWithoutKey = UUID.randomUUID().toString();
        stream.pipeRaw(Topics.FLOW_FEATURES, userWithoutKey.getBytes(UTF_8), sealed, stream.now());

        assertThat(stream.flowStates()).isEmpty();
        assertThat(stream.deadLetters()).isEmpty();
        assertThat(stream.count("mindful.stream.batches", "outcome", "erased")).isEqualTo(1);
    }

    private static KeystrokePayload.EventVisitor visitor(FeatureReporter reporter) {
        return new KeystrokePayload.EventVisitor() {
            @Override
            public void keystroke(long atMs, int intervalMs, int keyClassCode, int dwellMs) {
                reporter.keystroke(atMs, intervalMs, keyClassCode);
            }

            @Override
            public void signal(long atMs, int kindCode, int value) {
                reporter.signal(atMs, kindCode, value);
            }
        };
    }

    /** Some hours of typing with corrections, switches and pauses. */
    private List<KeystrokeBatch> typing(Random random) {
        List<KeystrokeBatch> batches = new ArrayList<>();
        Instant at = StreamDriver.START.plusMillis(7_300);
        for (int sequence = 0; sequence * KEYSTROKES_PER_BATCH < KEYSTROKES; sequence++) {
            int[] intervals = new int[KEYSTROKES_PER_BATCH];
            byte[] classes = new byte[KEYSTROKES_PER_BATCH];
            long span = 0;
            for (int i = 0; i < intervals.length; i++) {
                intervals[i] = (int) Math.clamp(170 * Math.exp(0.5 * random.nextGaussian()), 1, 5_000);
                if (random.nextInt(120) == 0) {
                    intervals[i] = random.nextInt(25_000);
                } else if (random.nextInt(4_000) == 0) {
                    intervals[i] = random.nextInt(1_500_000);
                }
                intervals[i] = sequence == 0 && i == 0 ? 0 : intervals[i];
                span += intervals[i];
                KeyClass letter = i == 0 ? KeyClass.ENTER : KeyClass.LETTER;
                classes[i] = (random.nextInt(14) == 0 ? KeyClass.DELETE : letter).code();
            }
            KeystrokePayload keys =
                    new KeystrokePayload(intervals, classes, new int[0], new int[0], new byte[0], new int[0]);
            if (random.nextInt(12) == 0) {
                keys = Typing.withSignal(keys, (int) span, SignalKind.FILE_SWITCH, 0);
            } else if (random.nextInt(12) == 0) {
                keys = Typing.withSignal(keys, (int) span, SignalKind.SAVE, 0);
            }
            batches.add(anna.batch(sequence, at, at.plusMillis(span), keys));
            at = at.plusMillis(span);
        }
        return batches;
    }

    private static List<Object> totals(FlowState state) {
        return List.of(
                state.getKeystrokes(),
                state.getErrors(),
                state.getContextSwitches(),
                state.getFilesModified(),
                state.getActiveMs(),
                state.getFirstActivityAt(),
                state.getLastActivityAt(),
                state.getStatus(),
                state.getModel());
    }

    private List<List<Object>> minutes(Typing who) {
        return stream.minutes(who.userId()).values().stream()
                .map(FeaturesTest::values)
                .toList();
    }

    private static List<Object> values(FlowMinute minute) {
        return List.of(
                minute.getMinute(),
                minute.getKeystrokes(),
                minute.getErrors(),
                minute.getContextSwitches(),
                minute.getActiveMs());
    }

    private long flowPeriods(Typing who) {
        return stream.flowPeriods().stream()
                .filter(period -> period.getSessionId().equals(who.sessionId()))
                .map(FlowPeriod::getStartedAt)
                .distinct()
                .count();
    }
}
