package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.SessionEventKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A batch is identified by its batch id within its session; its sequence says only where it belongs. */
class BatchIdentityTest {

    private static final int KEYS = 10;

    private StreamDriver stream = new StreamDriver();
    private final Typing anna = Typing.someone();
    private Instant typedUntil = StreamDriver.START;

    @AfterEach
    void close() {
        stream.close();
    }

    @Test
    void countsBatchesOfAnEditorThatRestartsItsSequences() {
        typeBatches(15);
        typeBatches(10);

        assertThat(keystrokes()).isEqualTo(25 * KEYS);
        assertThat(minuteKeystrokes()).isEqualTo(25 * KEYS);
        assertThat(stream.deadLetters()).isEmpty();
    }

    @Test
    void countsABatchSentUnderTwoSequencesOnce() {
        List<KeystrokeBatch> sent = typeBatches(3);
        stream.typeLive(anna, Typing.renumbered(sent.get(1), 3));
        stream.typeLive(anna, Typing.renumbered(sent.get(2), 0));
        stream.typeLive(anna, Typing.renumbered(sent.get(0), 900));
        stream.advance(ReorderBuffer.GAP_TIMEOUT.plusSeconds(3));

        assertThat(keystrokes()).isEqualTo(3 * KEYS);
        assertThat(stream.count("mindful.stream.batches", "outcome", "duplicate"))
                .isEqualTo(3);
    }

    @Test
    void recognizesAllBatchesOfALongSessionSentAgain() {
        List<KeystrokeBatch> sent = new ArrayList<>(typeBatches(700));
        sent.addAll(typeBatches(300));
        long counted = keystrokes();
        stream = stream.restarted();
        sent.forEach(batch -> stream.type(anna, batch));
        stream.advance(Duration.ofSeconds(12));

        assertThat(counted).isEqualTo(1_000 * KEYS);
        assertThat(keystrokes()).isEqualTo(counted);
        assertThat(stream.count("mindful.stream.batches", "outcome", "duplicate"))
                .isEqualTo(1_000);
    }

    @Test
    void countsBatchesWithMoreGapsThanAreStored() {
        int batches = TrackedSession.RANGES_MAX + 20;
        List<KeystrokeBatch> sent = new ArrayList<>();
        for (int i = 0; i < batches; i++) {
            sent.add(anna.batch(2L * i, StreamDriver.START, 1, 10));
        }
        sent.add(anna.batch(1, StreamDriver.START, 1, 10));
        sent.forEach(batch -> stream.type(anna, batch));
        sent.forEach(batch -> stream.type(anna, batch));
        stream.advance(ReorderBuffer.GAP_TIMEOUT.plusSeconds(1));

        assertThat(keystrokes()).isEqualTo(batches + 1);
        assertThat(stream.deadLetters()).isEmpty();
    }

    @Test
    void publishesNextAndReusedSequences() {
        typeBatches(15);
        assertThat(stream.lastFlowState(anna).getNextSequence()).isEqualTo(15);
        assertThat(stream.lastFlowState(anna).getReusedSequences()).isZero();

        typeBatches(4);
        assertThat(stream.lastFlowState(anna).getNextSequence()).isEqualTo(15);
        assertThat(stream.lastFlowState(anna).getReusedSequences()).isEqualTo(4);
        assertThat(stream.count("mindful.stream.sequences.reused")).isEqualTo(4);
    }

    @Test
    void deletesIdsOfDeletedSessionsAndErasedUsers() {
        Typing elsewhere = anna.inAnotherSession();
        typeBatches(2);
        stream.typeLive(elsewhere, elsewhere.batch(0, typedUntil, KEYS, 100));
        stream.say(anna, SessionEventKind.DELETED, stream.now());
        assertThat(stream.storedKeysOf(anna.userId()))
                .filteredOn("batch-ids"::equals)
                .hasSize(1);

        stream.erase(anna.userId());
        assertThat(stream.storedKeysOf(anna.userId())).doesNotContain("batch-ids");
    }

    /** Types batches that are numbered from 0, one after the other. */
    private List<KeystrokeBatch> typeBatches(int batches) {
        List<KeystrokeBatch> sent = new ArrayList<>();
        for (int sequence = 0; sequence < batches; sequence++) {
            KeystrokeBatch batch = anna.batch(sequence, typedUntil, KEYS, 100);
            typedUntil = typedUntil.plusMillis(KEYS * 100);
            sent.add(batch);
            stream.typeLive(anna, batch);
        }
        stream.advance(Duration.ofSeconds(2));
        return sent;
    }

    private long keystrokes() {
        return stream.stored(anna).engine().keystrokes();
    }

    private long minuteKeystrokes() {
        return stream.minutes(anna.userId()).values().stream()
                .mapToLong(FlowMinute::getKeystrokes)
                .sum();
    }
}
