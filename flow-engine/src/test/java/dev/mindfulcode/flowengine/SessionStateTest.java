package dev.mindfulcode.flowengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mindfulcode.flowengine.history.WorkHistory;
import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SessionStateTest {
    private static final long START_MS = Input.START_MS;
    private static final long MINUTE_MS = 60_000;

    private final byte[] state = SessionState.fresh();
    private final SessionState session = new SessionState().wrap(state);
    private long at = START_MS;

    @Test
    void layoutIsBelowOneKibibyteWithoutOverlaps() {
        assertThat(SessionState.SIZE_BYTES).isLessThan(1_024);
        assertThat(Layout.USED_BYTES).isLessThanOrEqualTo(Layout.SIZE_BYTES);
        assertThat(Layout.AT_PERSON_HISTOGRAM + 2 * LogBins.COUNT).isEqualTo(Layout.AT_WINDOW_HISTOGRAM);
        assertThat(Layout.AT_FOCUS_LOST_MS + Long.BYTES).isEqualTo(Layout.AT_PERSON);
    }

    @Test
    void rejectsForeignBytes() {
        assertThatThrownBy(() -> session.wrap(new byte[12])).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> session.wrap(new byte[SessionState.SIZE_BYTES]))
                .hasMessageContaining("recompute");
    }

    /**
     * The files were written by earlier builds: keystrokes with signals, in flow. Rhythm, errors and velocity are to
     * the bit what those builds read.
     */
    @Test
    void convertsStatesOfEarlierLayouts() throws IOException {
        byte[] ofLayout2 = stateOfLayout(2);
        assertThatThrownBy(() -> session.wrap(ofLayout2)).hasMessageContaining("recompute");
        session.wrap(EarlierLayouts.converted(ofLayout2));
        assertScores(0.44543302f, 0.81964654f, 0.6341943f, 0.47543007f, 0.5134406f);
        assertThat(session.keystrokes()).isEqualTo(3_000);
        assertThat(session.errors()).isEqualTo(339);
        assertThat(session.activeMs()).isEqualTo(1_061_935);
        assertThat(session.flowMs()).isEqualTo(939_538);
        assertThat(session.sensitivity()).isEqualTo(0.7f);
        assertThat(session.isInFlow()).isTrue();

        byte[] ofLayout3 = stateOfLayout(3);
        byte[] converted = EarlierLayouts.converted(ofLayout3);
        session.wrap(converted);
        assertScores(0.47027504f, 0.7190092f, 0.62528884f, 0.3529253f, 0.48529443f);
        assertThat(session.keystrokes()).isEqualTo(6_000);
        assertThat(session.flowMs()).isEqualTo(1_041_626);
        assertThat(session.isInFlow()).isTrue();
        assertThat(StateBytes.getShort(converted, Layout.AT_PRESENT_INSTANTS)).isGreaterThan(80);
        assertThat(StateBytes.getShort(converted, Layout.AT_RANGE_INSTANTS)).isGreaterThan(80);
        assertThat(reading().history()[WorkHistory.PRESENCE_5_MIN]).isGreaterThan(0.9f);

        ofLayout3[200] ^= 0x40;
        assertThatThrownBy(() -> EarlierLayouts.converted(ofLayout3)).hasMessageContaining("recompute");
        assertThatThrownBy(() -> EarlierLayouts.converted(state)).hasMessageContaining("recompute");
        assertThatThrownBy(() -> EarlierLayouts.converted(new byte[0])).hasMessageContaining("recompute");
    }

    private byte[] stateOfLayout(int version) throws IOException {
        String name = "state-of-layout-" + version + ".base64";
        try (InputStream in = Objects.requireNonNull(getClass().getResourceAsStream(name))) {
            return Base64.getMimeDecoder().decode(in.readAllBytes());
        }
    }

    private void assertScores(float... expected) {
        FlowReading reading = reading();
        assertThat(new float[] {
                    reading.rhythm(), reading.focus(), reading.consistency(), reading.errorPenalty(), reading.velocity()
                })
                .containsExactly(expected);
    }

    @Test
    void rejectsDamagedBytesOfTheRightLength() {
        typeFor(MINUTE_MS);
        for (int at : new int[] {
            Layout.AT_STATUS,
            Layout.AT_FLAGS,
            Layout.AT_RING_NEXT,
            Layout.AT_RING_COUNT,
            Layout.AT_WINDOW_IN_BURSTS,
            Layout.AT_LAST_ACTIVITY_MS + 7,
            Layout.AT_NEWEST_MINUTE + 7,
            Layout.AT_PERSON_HISTOGRAM + 1,
            Layout.AT_HISTORY,
            Layout.AT_WINDOW_HISTOGRAM,
            Layout.AT_RING_CLASSES
        }) {
            byte[] damaged = state.clone();
            damaged[at] ^= (byte) 0xC1;
            assertThatThrownBy(() -> session.wrap(damaged)).as("byte %d", at).hasMessageContaining("recompute");
        }
        session.wrap(state);
    }

    @Test
    void entersFlowAfterSteadyTyping() {
        typeFor(9 * MINUTE_MS);
        assertThat(session.isInFlow()).isFalse();
        assertThat(reading().reason()).isEqualTo(FlowReason.WARMING_UP);
        typeFor(20 * MINUTE_MS);
        assertThat(session.isInFlow()).isTrue();
        assertThat(reading().reason()).isNull();
        assertThat(session.flowStartedAtMs()).isBetween(START_MS + 10 * MINUTE_MS, START_MS + 29 * MINUTE_MS);
        assertThat(session.flowMs()).isPositive().isLessThan(session.activeMs());
        assertThat(reading().flowDurationMs()).isEqualTo(session.lastActivityAtMs() - session.flowStartedAtMs());
    }

    @Test
    void continuesAnotherSessionUnlessItIsAheadOfTheEvents() {
        byte[] before = SessionState.freshAfter(state);
        typeFor(30 * MINUTE_MS);
        float[] history = reading().history().clone();
        SessionState other = new SessionState().wrap(before);

        assertThat(other.continuePerson(state, at - WorkHistory.BIN_MS - 1)).isFalse();
        assertThat(historyOf(other)[WorkHistory.PRESENCE_5_MIN]).isZero();
        assertThat(other.continuePerson(state, at)).isTrue();
        assertThat(historyOf(other)).containsExactly(history);
        assertThat(other.keystrokes()).isZero();

        assertThat(session.continuePerson(before, at)).isTrue();
        assertThat(reading().history()).containsExactly(history);
    }

    @Test
    void leavesFlowWithTheCauseOnCorrectionsAndSwitches() {
        typeFor(30 * MINUTE_MS);
        for (int i = 0; i < 40; i++) {
            session.signal(at += 200, EventCodes.SIGNAL_FOCUS_LOST, 0);
            session.signal(at += 2_000, EventCodes.SIGNAL_FOCUS_GAINED, 0);
            key(300, EventCodes.KEY_DELETE);
        }
        assertThat(session.isInFlow()).isFalse();
        assertThat(session.interruptions()).isEqualTo(1);
        assertThat(session.flowEndedBy())
                .isIn(Interruption.CONTEXT_SWITCH, Interruption.LEFT_WINDOW, Interruption.ERRORS);
        assertThat(session.flowEndedAtMs()).isGreaterThan(session.flowStartedAtMs());
        assertThat(session.contextSwitches()).isEqualTo(40);
    }

    @Test
    void pausesAfterFiveIdleMinutesAndEndsAfterThirty() {
        typeFor(30 * MINUTE_MS);
        session.tick(at + 5 * MINUTE_MS - 1);
        assertThat(session.status()).isEqualTo(ActivityStatus.ACTIVE);
        session.tick(at + 5 * MINUTE_MS);
        assertThat(session.status()).isEqualTo(ActivityStatus.PAUSED);
        assertThat(session.isInFlow()).isFalse();
        assertThat(session.flowEndedAtMs()).isEqualTo(at);
        assertThat(session.flowEndedBy()).isEqualTo(Interruption.IDLE);
        session.tick(at + 30 * MINUTE_MS);
        assertThat(session.status()).isEqualTo(ActivityStatus.ENDED);
    }

    @Test
    void resumesOnAKeystrokeAfterAPauseOrAnIdleEnd() {
        typeFor(MINUTE_MS);
        session.tick(at + 6 * MINUTE_MS);
        at += 7 * MINUTE_MS;
        key(150, Input.LETTER);
        assertThat(session.status()).isEqualTo(ActivityStatus.ACTIVE);
        session.tick(at + 31 * MINUTE_MS);
        assertThat(session.status()).isEqualTo(ActivityStatus.ENDED);
        at += 60 * MINUTE_MS;
        key(150, Input.LETTER);
        assertThat(session.status()).isEqualTo(ActivityStatus.ACTIVE);
    }

    @Test
    void countsKeystrokesAfterTheEndWithoutReopening() {
        typeFor(30 * MINUTE_MS);
        session.end(at + 1_000);
        assertThat(session.status()).isEqualTo(ActivityStatus.ENDED);
        assertThat(session.flowEndedBy()).isEqualTo(Interruption.SESSION_ENDED);
        assertThat(session.interruptions()).isZero();
        long before = session.keystrokes();
        typeFor(10 * MINUTE_MS);
        assertThat(session.keystrokes()).isGreaterThan(before + 1_000);
        assertThat(session.status()).isEqualTo(ActivityStatus.ENDED);
        assertThat(session.isInFlow()).isFalse();
        session.tick(at + 100 * MINUTE_MS);
        assertThat(session.status()).isEqualTo(ActivityStatus.ENDED);
    }

    @Test
    void lateKeystrokesCountInTotalsOnly() {
        typeFor(MINUTE_MS);
        float intensity = reading().intensity();
        long last = session.lastActivityAtMs();
        session.keystroke(START_MS - 20 * MINUTE_MS, 400, EventCodes.KEY_DELETE, -1);
        assertThat(session.lastActivityAtMs()).isEqualTo(last);
        assertThat(session.firstActivityAtMs()).isEqualTo(START_MS - 20 * MINUTE_MS);
        assertThat(session.errors()).isEqualTo(1);
        assertThat(reading().intensity()).isEqualTo(intensity);
    }

    @Test
    void silenceLowersTheReadingWithoutChangingTheState() {
        typeFor(30 * MINUTE_MS);
        byte[] before = state.clone();
        FlowReading later = new FlowReading();
        session.read(at + 3 * MINUTE_MS, later);
        assertThat(later.focus()).isLessThan(reading().focus());
        assertThat(later.rhythm()).isLessThan(reading().rhythm());
        assertThat(state).isEqualTo(before);
    }

    @Test
    void countsOneModifiedFilePerFileSwitch() {
        session.signal(at, EventCodes.SIGNAL_SAVE, 0);
        session.signal(at, EventCodes.SIGNAL_SAVE, 0);
        session.signal(at, EventCodes.SIGNAL_FILE_SWITCH, 0);
        session.signal(at, EventCodes.SIGNAL_SAVE, 0);
        assertThat(session.filesModified()).isEqualTo(2);
    }

    @Test
    void nextSessionStartsFromThePersonsBaseline() {
        for (int i = 0; i < 5_000; i++) {
            key(350 + (i * 37) % 200, Input.LETTER);
        }
        SessionState next = new SessionState().wrap(SessionState.freshAfter(state));
        SessionState stranger = new SessionState().wrap(SessionState.fresh());
        for (int i = 0; i < 100; i++) {
            at += 450;
            next.keystroke(at, 450, Input.LETTER, -1);
            stranger.keystroke(at, 450, Input.LETTER, -1);
        }
        FlowReading own = new FlowReading();
        next.read(own);
        FlowReading prior = new FlowReading();
        stranger.read(prior);
        assertThat(own.velocity()).isBetween(0.45f, 0.55f);
        assertThat(prior.velocity()).isLessThan(0.3f);
        assertThat(own.confidence()).isGreaterThan(prior.confidence());
        assertThat(next.keystrokes()).isEqualTo(100);
    }

    @Test
    void confidenceIsLowWithLittleData() {
        FlowReading reading = new FlowReading();
        FlowDetector detector = new FlowDetector();
        detector.detect(FlowDetector.Request.ofIntervals(), reading);
        assertThat(reading.confidence()).isZero();
        float before = 0;
        for (int n : new int[] {1, 5, 20, 100}) {
            int[] intervals = new int[n];
            java.util.Arrays.fill(intervals, 170);
            detector.detect(FlowDetector.Request.ofIntervals(intervals), reading);
            assertThat(reading.confidence()).isGreaterThan(before);
            before = reading.confidence();
            assertThat(Recommendations.of(reading)).isNotEmpty().hasSizeLessThanOrEqualTo(Recommendations.TEXTS_MAX);
        }
    }

    private void typeFor(long durationMs) {
        long until = at + durationMs;
        int i = 0;
        while (at < until) {
            key(130 + (i * 37) % 90, i++ % 40 == 39 ? EventCodes.KEY_ENTER : Input.LETTER);
        }
    }

    private void key(int intervalMs, int keyClass) {
        at += intervalMs;
        session.keystroke(at, intervalMs, keyClass, -1);
    }

    private float[] historyOf(SessionState other) {
        FlowReading reading = new FlowReading();
        other.read(at, reading);
        return reading.history();
    }

    private FlowReading reading() {
        FlowReading reading = new FlowReading();
        session.read(reading);
        return reading;
    }
}
