package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.FlowPeriod;
import dev.mindfulcode.schemas.FlowReason;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.Interruption;
import dev.mindfulcode.schemas.KeystrokePayload;
import dev.mindfulcode.schemas.SessionEventKind;
import dev.mindfulcode.schemas.SessionStatus;
import dev.mindfulcode.schemas.SignalKind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FlowPeriodsTest {

    private static final Duration BATCH = Duration.ofSeconds(5);

    private final StreamDriver stream = new StreamDriver();
    private final Typing anna = Typing.someone();

    @AfterEach
    void close() {
        stream.close();
    }

    @Test
    void opensOnePeriodWithFlowAndClosesItWhenTypingStops() {
        Instant stoppedAt = typeUntilInFlow();

        stream.advance(Duration.ofMinutes(6));

        List<FlowPeriod> periods = stream.flowPeriods();
        assertThat(periods).hasSize(2);
        FlowPeriod opened = periods.getFirst();
        FlowPeriod closed = periods.getLast();
        assertThat(opened.getEndedAt()).isNull();
        assertThat(opened.getEndedBy()).isNull();
        assertThat(opened.getMeanIntensity()).isBetween(0f, 1f);
        assertThat(closed.getSessionId()).isEqualTo(opened.getSessionId());
        assertThat(closed.getStartedAt()).isEqualTo(opened.getStartedAt());
        assertThat(closed.getVersion()).isGreaterThan(opened.getVersion());
        assertThat(closed.getEndedBy()).isEqualTo(Interruption.IDLE);
        assertThat(closed.getEndedAt()).isEqualTo(stoppedAt);
        assertThat(closed.getKeystrokes()).isPositive();
        assertThat(closed.getMeanIntensity()).isBetween(0.3f, 1f);
    }

    @Test
    void reopensAPeriodWhenALateBatchFillsTheSilence() {
        Instant stoppedAt = typeUntilInFlow();
        int batches =
                Math.toIntExact(Duration.between(StreamDriver.START, stoppedAt).dividedBy(BATCH));
        stream.advance(Duration.ofMinutes(6));
        assertThat(stream.lastFlowState(anna).getInterruptions()).isEqualTo(1);

        stream.type(anna, anna.batch(batches, stoppedAt, stream.now(), Typing.letters(25, 200)));
        stream.advance(Duration.ofSeconds(2));

        FlowPeriod last = stream.flowPeriods().getLast();
        assertThat(last.getStartedAt())
                .isEqualTo(stream.flowPeriods().getFirst().getStartedAt());
        assertThat(last.getEndedAt()).isNull();
        assertThat(stream.flowPeriods()).extracting(FlowPeriod::getVersion).containsExactly(1L, 2L, 3L);
        FlowState state = stream.lastFlowState(anna);
        assertThat(state.getIsInFlow()).isTrue();
        assertThat(state.getInterruptions()).isZero();
        assertThat(state.getStatus()).isEqualTo(SessionStatus.ACTIVE);

        stream.say(anna, SessionEventKind.ENDED, stream.now());
        assertThat(stream.flowPeriods().getLast().getEndedBy()).isEqualTo(Interruption.IDLE);
    }

    @Test
    void publishesFlowChangesAtOnceAndCountsFlowInSessionAndMinutes() {
        typeUntilInFlow();
        stream.say(anna, SessionEventKind.ENDED, stream.now());

        List<FlowState> states = stream.flowStates(anna);
        assertThat(states.stream()
                        .filter(FlowState::getIsInFlow)
                        .findFirst()
                        .orElseThrow()
                        .getFlowDurationMs())
                .isLessThan(BATCH.toMillis());
        FlowState last = states.getLast();
        assertThat(last.getIsInFlow()).isFalse();
        assertThat(last.getFlowMs()).isPositive();
        assertThat(last.getInterruptions())
                .as("the end of a session interrupts nothing")
                .isZero();
        assertThat(stream.flowPeriods().getLast().getEndedBy()).isEqualTo(Interruption.SESSION_ENDED);
        assertThat(sum(last)).isEqualTo(last.getFlowMs());
        assertThat(states.getFirst().getReason()).isEqualTo(FlowReason.WARMING_UP);
        assertThat(states).allMatch(state -> state.getIsInFlow() == (state.getReason() == null));
        assertThat(last.getReason()).isEqualTo(FlowReason.PAUSED);
        List<FlowMinute> minutes = List.copyOf(stream.minutes(anna.userId()).values());
        assertThat(minutes.getFirst().getReason()).isEqualTo("warming_up");
        assertThat(minutes.getLast().getReason()).as("in flow").isNull();
    }

    @Test
    void appliesSensitivityToOpenAndLaterSessions() {
        Typing ben = Typing.someone();
        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 5, 100));
        stream.typeLive(ben, ben.batch(0, StreamDriver.START, 5, 100));

        choose(anna, 0.9f);
        Typing later = anna.inAnotherSession();
        stream.typeLive(later, later.batch(0, stream.now(), 5, 100));

        assertThat(stream.stored(anna).engine().sensitivity()).isEqualTo(0.9f);
        assertThat(stream.stored(later).engine().sensitivity()).isEqualTo(0.9f);
        assertThat(stream.stored(ben).engine().sensitivity()).isEqualTo(0.5f);
    }

    @Test
    void sensitiveUsersEnterFlowEarlier() {
        int early = batchesUntilFlow(anna, 1f, 200);
        assertThat(early).isBetween(120, 199);
        assertThat(batchesUntilFlow(Typing.someone(), 0f, 200)).isEqualTo(200);
    }

    /** Returns the number of batches, at most {@code max}, until steady typing with file switches is in flow. */
    private int batchesUntilFlow(Typing who, float sensitivity, int max) {
        choose(who, sensitivity);
        Instant at = stream.now();
        int batches = 0;
        boolean inFlow = false;
        while (batches < max && !inFlow) {
            KeystrokePayload keys = Typing.variedLetters(25, 200);
            if (batches % 5 == 0) {
                keys = Typing.withSignal(keys, 5_000, SignalKind.FILE_SWITCH, 0);
            }
            stream.typeLive(who, who.batch(batches, at, at.plus(BATCH), keys));
            at = at.plus(BATCH);
            batches++;
            inFlow = stream.lastFlowState(who).getIsInFlow();
        }
        return inFlow ? batches : max;
    }

    private long sum(FlowState last) {
        assertThat(last).isNotNull();
        return stream.minutes(anna.userId()).values().stream()
                .mapToLong(FlowMinute::getFlowMs)
                .sum();
    }

    /** Returns when the last key was pressed, some time after flow began. */
    private Instant typeUntilInFlow() {
        choose(anna, 1f);
        Instant at = StreamDriver.START;
        int inFlow = 0;
        for (int batch = 0; batch < 720 && inFlow < 8; batch++) {
            stream.typeLive(anna, anna.varied(batch, at, 25, 200));
            at = at.plus(BATCH);
            inFlow += stream.lastFlowState(anna).getIsInFlow() ? 1 : 0;
        }
        assertThat(inFlow).as("batches in flow within an hour").isEqualTo(8);
        return at;
    }

    private void choose(Typing who, float sensitivity) {
        stream.account(
                who.userId(),
                AccountEvent.newBuilder()
                        .setKind(AccountEventKind.SETTINGS_CHANGED)
                        .setAt(stream.now())
                        .setSensitivity(sensitivity)
                        .build());
    }
}
