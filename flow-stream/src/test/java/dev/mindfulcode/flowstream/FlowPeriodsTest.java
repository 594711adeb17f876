package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.FlowPeriod;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.Interruption;
import dev.mindfulcode.schemas.SessionEventKind;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FlowPeriodsTest {

    private static final Duration BATCH = Duration.ofSeconds(5);

    private final StreamDriver stream = new StreamDriver();
    private final Typing anna = Typing.someone();
    private long sequence;

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
    void tellsEachChangeOfFlowAtOnceAndCountsFlowInSessionAndMinutesAlike() {
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
    }

    @Test
    void recognisesFlowSoonerForAUserWhoAskedForThat() {
        Instant usual = typeUntilInFlow(Typing.someone(), 0.5f);
        Instant sooner = typeUntilInFlow(Typing.someone(), 1f);

        assertThat(Duration.between(StreamDriver.START, sooner))
                .isLessThan(Duration.between(StreamDriver.START, usual));
    }

    private long sum(FlowState last) {
        assertThat(last).isNotNull();
        return stream.minutes(anna.userId()).values().stream()
                .mapToLong(FlowMinute::getFlowMs)
                .sum();
    }

    /** Returns when the last key was pressed, some time after flow began. */
    private Instant typeUntilInFlow() {
        Instant at = typeUntilInFlow(anna, 0.5f);
        for (int more = 0; more < 6; more++) {
            stream.typeLive(anna, anna.batch(sequence++, at, 25, 200));
            at = at.plus(BATCH);
        }
        return at;
    }

    /** Returns when flow began, to the batch, typing as evenly as nobody does. */
    private Instant typeUntilInFlow(Typing who, float sensitivity) {
        AccountEvent settings = AccountEvent.newBuilder()
                .setKind(AccountEventKind.SETTINGS_CHANGED)
                .setAt(stream.now())
                .setSensitivity(sensitivity)
                .build();
        stream.account(who.userId(), settings);
        Instant at = StreamDriver.START;
        for (long batch = 0; batch < 720; batch++) {
            stream.typeLive(who, who.batch(batch, at, 25, 200));
            at = at.plus(BATCH);
            sequence = batch + 1;
            if (stream.lastFlowState(who).getIsInFlow()) {
                return at;
            }
        }
        throw new AssertionError("no flow in an hour: " + stream.lastFlowState(who));
    }
}
