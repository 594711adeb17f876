package dev.mindfulcode.flowengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mindfulcode.flowengine.personal.PersonalLayer;
import java.io.IOException;
import java.io.StringReader;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The rules of flow relative to the person that {@link PersonaTest} does not show. */
class RelativeFlowTest {
    private static final long MINUTE_MS = 60_000;

    private final byte[] state = SessionState.fresh();
    private final SessionState session = new SessionState().wrap(state);
    private final FlowReading reading = new FlowReading();
    private final Random random = new Random(1);
    private long at = Input.START_MS;

    @Test
    void aModelWithOtherThresholdsContinuesTheRange() throws IOException {
        session.switchModel();
        type(session, 20 * MINUTE_MS);
        int instants = StateBytes.getShort(state, Layout.AT_RANGE_INSTANTS);
        assertThat(instants).isGreaterThan(50);
        Thresholds built = FlowModel.builtIn().thresholds();
        String text = ModelProperties.format(FlowModel.builtIn());
        FlowModel other = ModelProperties.read(new StringReader(
                text.replace("= " + built.hysteresis() + "\n", "= " + (built.hysteresis() + 0.01f) + "\n")));
        assertThat(other.thresholds().hysteresis()).isNotEqualTo(built.hysteresis());

        SessionState switched = new SessionState(other).wrap(state);
        switched.switchModel();
        type(switched, MINUTE_MS);

        assertThat(StateBytes.getShort(state, Layout.AT_RANGE_INSTANTS)).isGreaterThan(instants);
    }

    @Test
    void theNameOfAModelIsNotPartOfItsRange() throws IOException {
        FlowModel model = FlowModel.builtIn();
        String text = ModelProperties.format(model);
        FlowModel renamed = ModelProperties.read(new StringReader(text.replace("id = ", "id = other-")));
        assertThat(renamed.id()).isNotEqualTo(model.id());
        assertThat(ModelArtefact.scaleFingerprint(renamed)).isEqualTo(ModelArtefact.scaleFingerprint(model));

        FlowModel other = ModelProperties.read(new StringReader(withAnotherMean(text)));
        assertThat(ModelArtefact.scaleFingerprint(other)).isNotEqualTo(ModelArtefact.scaleFingerprint(model));
    }

    @Test
    void anotherModelBeginsAnotherRangeWithLessConfidence() throws IOException {
        type(session, 40 * MINUTE_MS);
        session.read(reading);
        assertThat(reading.confidence()).isGreaterThan(0.35f);
        String text = ModelProperties.format(FlowModel.builtIn());
        FlowModel other = ModelProperties.read(new StringReader(withAnotherMean(text)));

        SessionState switched = new SessionState(other).wrap(state);
        switched.read(reading);

        assertThat(reading.confidence()).isEqualTo(100f / 125 * 0.4f);
        type(switched, MINUTE_MS);
        assertThat(StateBytes.getShort(state, Layout.AT_RANGE_INSTANTS)).isLessThan(10);
    }

    /** A person whose labels say that the model reads too much: their level is lower, their range the same. */
    @Test
    void aPersonalLayerDoesNotChangeWhenFlowBegins() {
        PersonalLayer layer = new PersonalLayer();
        for (int hour = 0; hour < 200; hour++) {
            layer.learn(Input.START_MS - (200 - hour) * 3_600_000L, 0.75f, PersonalLayer.FLOW_MIN, 1);
        }
        assertThat(layer.intensity(0.8f)).isLessThan(0.7f);
        SessionState personal = new SessionState().wrap(SessionState.fresh());
        personal.withPersonalization(layer);

        Random same = new Random(3);
        for (int key = 0; key < 30_000; key++) {
            int interval = (int) Math.clamp(170 * Math.exp(0.5 * same.nextGaussian()), 20, 3_000);
            at += interval;
            session.keystroke(at, interval, Input.LETTER, -1);
            personal.keystroke(at, interval, Input.LETTER, -1);
            assertThat(personal.isInFlow()).isEqualTo(session.isInFlow());
        }

        assertThat(session.flowMs()).isPositive();
        assertThat(personal.intensityMs()).isLessThan(session.intensityMs());
    }

    @Test
    void flowEndsBelowItsBeginHoweverNarrowTheRange() {
        FlowModel model = FlowModel.builtIn();
        int scale = ModelArtefact.scaleFingerprint(model);
        for (int i = 0; i < 5_000; i++) {
            OwnRange.add(state, scale, 0.71f, 1);
        }
        for (float sensitivity : new float[] {0, 0.5f, 1}) {
            assertThat(FlowPhase.leaveThreshold(state, scale, model, sensitivity))
                    .isLessThanOrEqualTo(FlowPhase.enterThreshold(state, scale, model, sensitivity) - 0.02f);
        }
    }

    @Test
    void aNewSessionAfterAShortBreakIsWarm() {
        type(session, 12 * MINUTE_MS);
        at += 2 * MINUTE_MS;
        byte[] warm = SessionState.freshAfter(state);
        SessionState next = new SessionState().wrap(warm);
        next.switchModel();
        type(next, MINUTE_MS);
        assertThat(StateBytes.getShort(warm, Layout.AT_PRESENT_INSTANTS))
                .isGreaterThanOrEqualTo(FlowPhase.WARM_UP_INSTANTS);
    }

    @Test
    void aNewSessionAfterAGapWarmsUp() {
        type(session, 12 * MINUTE_MS);
        byte[] unused = SessionState.freshAfter(state);
        at += 16 * MINUTE_MS;
        SessionState next = new SessionState().wrap(SessionState.freshAfter(unused));
        type(next, MINUTE_MS);
        assertThat(next.reason()).isEqualTo(FlowReason.WARMING_UP);
    }

    @Test
    void aBuildInTheBackgroundDoesNotBringBackWhoIsAway() {
        type(session, MINUTE_MS);
        session.signal(at, EventCodes.SIGNAL_FOCUS_LOST, 0);
        session.signal(at + 5_000, EventCodes.SIGNAL_BUILD, 1);
        assertThat(session.reason()).isEqualTo(FlowReason.AWAY);

        at += 20_000;
        session.keystroke(at, 20_000, Input.LETTER, -1);

        assertThat(session.reason()).isEqualTo(FlowReason.WARMING_UP);
        session.signal(at + 1_000, EventCodes.SIGNAL_FOCUS_LOST, 0);
        assertThat(session.reason()).isEqualTo(FlowReason.AWAY);
    }

    @Test
    void silenceInsideReportsIsNoFragmentation() {
        SessionState reported = new SessionState().wrap(SessionState.fresh());
        FeatureReporter reporter = new FeatureReporter(SessionState.fresh(), 30_000, reported::report);
        for (int i = 0; i < 400; i++) {
            for (int key = 0; key < 5; key++) {
                int interval = key == 0 ? 9_000 : 120 + random.nextInt(120);
                at += interval;
                reporter.keystroke(at, interval, Input.LETTER);
                assertThat(reported.reason()).isNotEqualTo(FlowReason.FRAGMENTED);
            }
        }
    }

    /** A client's presence may be finer than that of the server, for which a report is present from end to end. */
    @Test
    void aLowFocusWithoutSwitchesIsNoFragmentation() {
        for (int minute = 0; minute < 15; minute++) {
            session.report(new FeatureReport(
                    at + minute * MINUTE_MS, 60_000, 80, 2, 0, 0, 2, 1, 30_000, 0.6f, 0.4f, 0.5f, 0.1f, 0.6f));
            assertThat(session.reason()).isNotEqualTo(FlowReason.FRAGMENTED);
        }
    }

    @Test
    void switchesInReportsAreFragmentation() {
        SessionState reported = new SessionState().wrap(SessionState.fresh());
        FeatureReporter reporter = new FeatureReporter(SessionState.fresh(), 30_000, reported::report);
        long switchAt = at;
        for (int key = 0; key < 6_000; key++) {
            int interval = 120 + random.nextInt(120);
            at += interval;
            reporter.keystroke(at, interval, Input.LETTER);
            if (at - switchAt > 5_000) {
                switchAt = at;
                reporter.signal(at, EventCodes.SIGNAL_FILE_SWITCH, 0);
            }
        }
        assertThat(reported.reason()).isEqualTo(FlowReason.FRAGMENTED);
    }

    /** Usual is, in turn: many switches and no time outside the window, and the reverse. */
    @Test
    void fragmentationIsBlamedOnWhatBecameMoreFrequent() {
        assertThat(causeOfFragmentation(1, 0.6f, 0.6f, 0.5f)).isEqualTo(Interruption.LEFT_WINDOW);
        assertThat(causeOfFragmentation(0.6f, 0.9f, 0.55f, 0.6f)).isEqualTo(Interruption.CONTEXT_SWITCH);
        assertThat(causeOfFragmentation(1, 0.7f, 1, 0.8f))
                .as("reports have no window, and their focus may have risen")
                .isEqualTo(Interruption.CONTEXT_SWITCH);
    }

    private Interruption causeOfFragmentation(
            float usualInWindow, float usualUnfragmented, float inWindow, float unfragmented) {
        PeriodMeans.clear(state);
        reading.inWindow = usualInWindow;
        reading.unfragmented = usualUnfragmented;
        PeriodMeans.add(state, reading);
        reading.inWindow = inWindow;
        reading.unfragmented = unfragmented;
        return PeriodMeans.causeOfFragmentation(state, reading);
    }

    /** In the minute in which the conditions hold and flow has not begun. */
    @Test
    void nobodyIsBelowTheRangeThatTheyAreIn() {
        int held = 0;
        for (int second = 0; second < 60 * 60; second++) {
            type(session, 1_000);
            session.read(reading);
            if (reading.heldMs() > 0 && !reading.inFlow()) {
                held++;
                assertThat(reading.reason()).isEqualTo(FlowReason.WARMING_UP);
            }
        }
        assertThat(held).as("seconds before flow begins").isGreaterThan(40);
        assertThat(session.flowMs()).isPositive();
    }

    @Test
    void scoresOfNoBurstsByChanceAreNoMachines() {
        for (int i = 0; i < 130; i++) {
            session.report(report(i, 25, 0.6f));
        }
        int instants = StateBytes.getShort(state, Layout.AT_PRESENT_INSTANTS);
        for (int i = 130; i < 330; i++) {
            session.report(report(i, 25, i % 8 == 0 ? 0.5f : 0.6f));
            session.read(reading);
            assertThat(reading.isHuman).isTrue();
        }
        assertThat(StateBytes.getShort(state, Layout.AT_PRESENT_INSTANTS)).isEqualTo(instants + 50);
    }

    @Test
    void repeatedScoresOfNoBurstsAreAMachines() {
        session.report(report(0, 25, 0.5f));
        session.report(report(1, 25, 0.5f));
        session.read(reading);
        assertThat(reading.isHuman).isFalse();
    }

    @Test
    void aReportWithoutBurstsIsAMachines() {
        session.report(report(0, 2, 0.5f));
        session.read(reading);
        assertThat(reading.isHuman).isFalse();
    }

    private FeatureReport report(int index, int keystrokes, float score) {
        long startedAt = at + index * 5_000L;
        return new FeatureReport(startedAt, 5_000, keystrokes, 0, 0, 0, 0, 0, 5_000, score, 0.9f, 0.5f, 0.2f, score);
    }

    @Test
    void theCauseIsUnknownWithoutAnEvaluationInFlow() {
        reading.setFeatures(0.1f, 0.1f, 0.1f, 0.9f, 0.1f);
        assertThat(PeriodMeans.causeOfFragmentation(state, reading)).isEqualTo(Interruption.UNKNOWN);
        assertThat(PeriodMeans.cause(state, reading, FlowModel.formulaBaseline(), new FlowReading()))
                .isEqualTo(Interruption.UNKNOWN);
    }

    @Test
    void theTypingOfARequestIsNoPast() {
        int[] slow = new int[100];
        java.util.Arrays.setAll(slow, i -> 700 + i % 7 * 40);
        FlowDetector.Request request = FlowDetector.Request.ofIntervals(slow);
        new FlowDetector().detect(request, reading);
        assertThat(reading.confidence()).isCloseTo(100f / 125 * 0.4f, within(1e-6f));

        float[] past = new float[400];
        java.util.Arrays.fill(past, 0.9f);
        new FlowDetector().detect(with(request, new FlowDetector.History(20 * MINUTE_MS, past)), reading);
        assertThat(reading.confidence()).isCloseTo(100f / 125 * (0.4f + 0.6f * 400 / 580), within(1e-6f));
    }

    private static FlowDetector.Request with(FlowDetector.Request request, FlowDetector.History history) {
        return new FlowDetector.Request(request.intervalsMs(), 0, 0, -1, 0, Double.NaN, new int[0], Float.NaN, history);
    }

    /** Returns the text of a model whose first input has another mean. */
    private static String withAnotherMean(String text) {
        String other = text.replaceFirst("(?m)^feature.held_rate.mean = .*$", "feature.held_rate.mean = 0.123");
        assertThat(other).isNotEqualTo(text);
        return other;
    }

    private void type(SessionState into, long durationMs) {
        long until = at + durationMs;
        while (at < until) {
            int interval = (int) Math.clamp(170 * Math.exp(0.5 * random.nextGaussian()), 20, 3_000);
            at += interval;
            into.keystroke(at, interval, Input.LETTER, -1);
        }
    }
}
