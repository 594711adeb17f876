package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.SessionEventKind;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReorderBufferTest {

    private static final Instant START = StreamDriver.START;

    private StreamDriver stream = new StreamDriver();
    private final Typing anna = Typing.someone();
    private final Typing ben = Typing.someone();

    @AfterEach
    void close() {
        stream.close();
    }

    @Test
    void buffersABatchThatOvertookAnEarlierOne() {
        type(anna, 0);
        type(anna, 2);
        assertThat(keystrokes()).isEqualTo(10);

        type(anna, 1);
        stream.advance(Duration.ofSeconds(2));

        assertThat(keystrokes()).isEqualTo(30);
        assertThat(stream.stored(anna).nextSequence()).isEqualTo(3);
        assertThat(stream.stored(anna).engine().intensityMs()).isEqualTo(intensityInOrder());
        assertThat(stream.storedKeysOf(anna.userId())).doesNotContain("reorder-buffer");
    }

    @Test
    void skipsAGapAfterItsTimeoutAndCountsTheMissingBatchLater() {
        type(anna, 0);
        type(anna, 2);
        stream.advance(ReorderBuffer.GAP_TIMEOUT.minusSeconds(3));
        assertThat(keystrokes()).isEqualTo(10);
        stream.advance(Duration.ofSeconds(3));
        stream.advance(Duration.ofSeconds(2));
        assertThat(keystrokes()).isEqualTo(20);

        type(anna, 1);
        stream.advance(Duration.ofSeconds(2));
        assertThat(keystrokes()).isEqualTo(30);
        assertThat(stream.stored(anna).engine().activeMs()).isEqualTo(3_000);
        assertThat(stream.stored(anna).engine().intensityMs())
                .as("late typing adds nothing to what flow is made of")
                .isLessThan(intensityInOrder());
    }

    @Test
    void skipsGapsByTheClockOfReceiptInAReplay() {
        stream.advance(Duration.ofHours(4));
        stream.type(anna, batch(anna, 1));
        stream.type(ben, ben.batch(0, START.plusSeconds(60), 5, 100));
        stream.advance(Duration.ofMillis(300));

        assertThat(keystrokes()).isEqualTo(10);
    }

    @Test
    void skipsTheGapWhenTheBufferIsFull() {
        for (int sequence = 1; sequence <= ReorderBuffer.BATCHES_PER_SESSION_MAX; sequence++) {
            stream.type(anna, batch(anna, sequence));
        }
        assertThat(stream.flowStates()).isEmpty();
        stream.type(anna, batch(anna, ReorderBuffer.BATCHES_PER_SESSION_MAX + 1));
        stream.advance(Duration.ofSeconds(2));

        assertThat(keystrokes()).isEqualTo(10L * (ReorderBuffer.BATCHES_PER_SESSION_MAX + 1));
    }

    @Test
    void restoresBufferedBatchesAfterARestart() {
        KeystrokeBatch second = batch(anna, 1);
        stream.typeLive(anna, second);
        stream = stream.restarted();
        stream.typeLive(anna, second);
        type(anna, 0);
        stream.advance(Duration.ofSeconds(2));

        assertThat(keystrokes()).isEqualTo(20);
        assertThat(stream.count("mindful.stream.batches", "outcome", "duplicate"))
                .isEqualTo(1);

        type(anna, 3);
        stream = stream.restarted();
        type(ben, 0);
        stream.advance(ReorderBuffer.GAP_TIMEOUT.plusSeconds(1));
        stream.advance(Duration.ofSeconds(2));
        assertThat(keystrokes()).isEqualTo(30);
    }

    @Test
    void deletesBufferedBatchesWithTheirSessionAndUser() {
        Typing again = anna.inAnotherSession();
        type(anna, 1);
        type(again, 1);
        stream.say(anna, SessionEventKind.DELETED, stream.now());
        stream.advance(ReorderBuffer.GAP_TIMEOUT.plusSeconds(1));
        assertThat(stream.flowStates(anna)).isEmpty();
        assertThat(keystrokes(again)).isEqualTo(10);

        type(again, 3);
        assertThat(stream.storedKeysOf(anna.userId())).contains("reorder-buffer");
        stream.erase(anna.userId());
        stream.advance(ReorderBuffer.GAP_TIMEOUT.plusSeconds(1));
        assertThat(stream.storedKeysOf(anna.userId())).containsExactly("users");
        assertThat(keystrokes(again)).isEqualTo(10);
    }

    private double intensityInOrder() {
        Typing other = Typing.someone();
        try (StreamDriver ordered = new StreamDriver()) {
            for (int sequence = 0; sequence < 3; sequence++) {
                ordered.typeLive(other, batch(other, sequence));
            }
            return ordered.stored(other).engine().intensityMs();
        }
    }

    private void type(Typing who, int sequence) {
        stream.typeLive(who, batch(who, sequence));
    }

    private static KeystrokeBatch batch(Typing who, int sequence) {
        return who.batch(sequence, START.plusSeconds(sequence), 10, 100);
    }

    private long keystrokes() {
        return keystrokes(anna);
    }

    private long keystrokes(Typing who) {
        return stream.lastFlowState(who).getKeystrokes();
    }
}
