package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.SessionEventKind;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A person has one work history, however many editors they type in at once. */
class TwoEditorsTest {

    private static final Instant START = StreamDriver.START;
    private static final int BATCH_KEYS = 30;
    private static final int BATCH_SECONDS = 6;
    private static final int INTERVAL_MS = 200;
    private static final int TURN_BATCHES = 40;
    private static final int BATCHES = 10 * TURN_BATCHES;

    private final StreamDriver stream = new StreamDriver();
    private final Map<UUID, Long> sequences = new HashMap<>();

    @AfterEach
    void close() {
        stream.close();
    }

    @Test
    void readsWorkInTurnsAsInOneEditor() {
        Typing one = Typing.someone();
        Typing left = Typing.someone();
        Typing right = left.inAnotherSession();
        for (int batch = 0; batch < BATCHES; batch++) {
            type(one, batch);
            type(batch / TURN_BATCHES % 2 == 0 ? left : right, batch);
        }

        assertThat(intensityOfNextSession(left)).isCloseTo(intensityOfNextSession(one), within(0.001));
        assertThat(keystrokes(left) + keystrokes(right)).isEqualTo(BATCHES * BATCH_KEYS);
    }

    @Test
    void countsPresenceInBothEditorsOnce() {
        Typing one = Typing.someone();
        Typing left = Typing.someone();
        Typing right = left.inAnotherSession();
        for (int batch = 0; batch < BATCHES; batch++) {
            type(one, batch);
            type(left, batch);
            type(right, batch);
        }

        assertThat(stream.lastFlowState(right).getIntensity())
                .isCloseTo(stream.lastFlowState(one).getIntensity(), within(0.01f));
        assertThat(intensityOfNextSession(left)).isCloseTo(intensityOfNextSession(one), within(0.001));
        assertThat(keystrokes(left) + keystrokes(right)).isEqualTo(2 * BATCHES * BATCH_KEYS);
    }

    /** Work of yesterday that arrives today has the presence of yesterday, and leaves that of today as it is. */
    @Test
    void readsAnOfflineSessionByItsOwnTime() {
        Typing one = Typing.someone();
        Typing live = Typing.someone();
        Typing offline = live.inAnotherSession();
        stream.advance(Duration.ofDays(1));
        for (int batch = 0; batch < BATCHES; batch++) {
            typeAt(one, batch, Duration.ofDays(1));
            typeAt(live, batch, Duration.ofDays(1));
        }
        stream.say(offline, SessionEventKind.STARTED, START);
        type(offline, 0);
        stream.advance(Duration.ofSeconds(2));
        FlowState begun = stream.lastFlowState(offline);
        for (int batch = 1; batch < BATCHES; batch++) {
            type(offline, batch);
        }
        stream.advance(Duration.ofSeconds(2));

        assertThat(begun.getIntensity()).isLessThan(stream.lastFlowState(one).getIntensity() - 0.1f);
        assertThat(stream.lastFlowState(offline).getIntensity()).isGreaterThan(begun.getIntensity() + 0.1f);
        typeAt(one, BATCHES, Duration.ofDays(1));
        typeAt(live, BATCHES, Duration.ofDays(1));
        stream.advance(Duration.ofSeconds(2));
        assertThat(stream.lastFlowState(live).getIntensity())
                .isEqualTo(stream.lastFlowState(one).getIntensity());
    }

    private void type(Typing who, int batch) {
        typeAt(who, batch, Duration.ZERO);
    }

    private void typeAt(Typing who, int batch, Duration later) {
        long sequence = sequences.merge(who.sessionId(), 0L, (before, _) -> before + 1);
        Instant startedAt = START.plus(later).plusSeconds((long) batch * BATCH_SECONDS);
        stream.typeLive(who, who.varied(sequence, startedAt, BATCH_KEYS, INTERVAL_MS));
    }

    private double intensityOfNextSession(Typing who) {
        Typing next = who.inAnotherSession();
        stream.say(next, SessionEventKind.STARTED, START.plusSeconds(BATCHES * BATCH_SECONDS));
        type(next, BATCHES);
        stream.advance(Duration.ofSeconds(2));
        return stream.lastFlowState(next).getIntensity();
    }

    private long keystrokes(Typing who) {
        return stream.lastFlowState(who).getKeystrokes();
    }
}
