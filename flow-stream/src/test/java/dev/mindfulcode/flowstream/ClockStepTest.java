package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.SessionStatus;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests of a server whose clock is set forward and back. */
class ClockStepTest {

    private static final Duration STEP = Duration.ofDays(3);

    private StreamDriver stream = new StreamDriver();
    private final Typing anna = Typing.someone();
    private final Typing ben = Typing.someone();

    @AfterEach
    void close() {
        stream.close();
    }

    /**
     * The stream is restarted after a step back, as in production: FlowStreamBrokerTest shows that it restarts by
     * itself.
     */
    @Test
    void countsBatchesBeforeDuringAndAfterAClockStep() {
        Typing held = Typing.someone();
        type(anna, 0, 10);
        stream.advance(STEP);
        type(anna, 1, 20);
        type(ben, 0, 5);
        type(held, 1, 7); // Waits for the batch before it, received by the clock that is ahead.
        stream = stream.restartedAt(stream.now().minus(STEP));
        type(anna, 2, 30);
        type(ben, 1, 5);
        Typing newcomer = Typing.someone();
        type(newcomer, 0, 40);
        stream.advance(Duration.ofSeconds(1));

        assertThat(stream.deadLetters()).isEmpty();
        assertThat(counted(anna)).isEqualTo(60);
        assertThat(counted(ben)).isEqualTo(10);
        assertThat(counted(held)).isEqualTo(7);
        assertThat(counted(newcomer)).isEqualTo(40);
        assertThat(stream.lastFlowState(newcomer).getStatus()).isEqualTo(SessionStatus.ACTIVE);
    }

    @Test
    void countsBatchesReceivedWhileTheClockWasAhead() {
        Instant ahead = stream.now().plus(STEP);
        stream.type(anna, anna.batch(0, ahead.minusSeconds(5), ahead, Typing.letters(10, 100)));
        stream.type(ben, ben.batch(0, stream.now(), 5, 100));
        stream.advance(Duration.ofSeconds(6));

        assertThat(stream.deadLetters()).isEmpty();
        assertThat(counted(anna)).isEqualTo(10);
        assertThat(stream.lastFlowState(ben).getStatus())
                .as("another's receipt in the future ends no session")
                .isEqualTo(SessionStatus.ACTIVE);
    }

    @Test
    void pausesSessionsStartedWhileTheClockWasAhead() {
        stream.advance(STEP);
        type(anna, 0, 10);
        stream = stream.restartedAt(stream.now().minus(STEP));
        stream.advance(Duration.ofSeconds(6));
        stream.advance(Duration.ofMinutes(6));

        assertThat(stream.lastFlowState(anna).getStatus()).isEqualTo(SessionStatus.PAUSED);
    }

    @Test
    void leavesActiveSessionsOpenAfterAStepBack() {
        type(anna, 0, 10);
        stream.advance(STEP);
        type(ben, 0, 10);
        stream = stream.restartedAt(stream.now().minus(STEP));
        for (int i = 1; i < 5; i++) {
            type(anna, i, 10);
            stream.advance(Duration.ofSeconds(6));
        }

        assertThat(stream.flowStates(anna)).extracting(FlowState::getStatus).containsOnly(SessionStatus.ACTIVE);
    }

    private void type(Typing who, int sequence, int keystrokes) {
        stream.type(
                who, who.batch(sequence, stream.now().minusSeconds(1), stream.now(), Typing.letters(keystrokes, 20)));
        stream.advance(Duration.ofSeconds(2));
    }

    private long counted(Typing who) {
        return stream.lastFlowState(who).getKeystrokes();
    }
}
