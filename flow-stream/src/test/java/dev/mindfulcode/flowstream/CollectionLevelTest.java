package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.schemas.AccountEvent;
import dev.mindfulcode.schemas.AccountEventKind;
import dev.mindfulcode.schemas.CollectionLevel;
import dev.mindfulcode.schemas.SessionEventKind;
import java.nio.ByteBuffer;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CollectionLevelTest {

    private StreamDriver stream = new StreamDriver();
    private final Typing anna = Typing.someone();

    @AfterEach
    void close() {
        stream.close();
    }

    @Test
    void dropsAndCountsBatchesReceivedAfterTheLevelWasRestricted() {
        type(0, StreamDriver.START);
        setLevel(CollectionLevel.FEATURES, StreamDriver.START.plusSeconds(10));
        type(1, StreamDriver.START.plusSeconds(20));
        setLevel(CollectionLevel.LOCAL, StreamDriver.START.plusSeconds(30));
        type(2, StreamDriver.START.plusSeconds(40));
        setLevel(CollectionLevel.FULL, StreamDriver.START.plusSeconds(50));
        type(3, StreamDriver.START.plusSeconds(60));
        stream.advance(ReorderBuffer.GAP_TIMEOUT.plusSeconds(1));

        assertThat(stream.lastFlowState(anna).getKeystrokes()).isEqualTo(20);
        assertThat(dropped()).isEqualTo(2);
        assertThat(stream.deadLetters()).isEmpty();
    }

    /** Topics have no common order: what counts is the time of receipt, not the time of processing. */
    @Test
    void goesByTheTimeOfReceipt() {
        stream.advanceTo(StreamDriver.START.plusSeconds(100));
        setLevel(CollectionLevel.LOCAL, StreamDriver.START.plusSeconds(10));
        setLevel(CollectionLevel.FULL, StreamDriver.START.plusSeconds(50));
        type(0, StreamDriver.START);
        type(1, StreamDriver.START.plusSeconds(20));
        type(2, StreamDriver.START.plusSeconds(60));
        stream.advance(ReorderBuffer.GAP_TIMEOUT.plusSeconds(1));

        assertThat(stream.lastFlowState(anna).getKeystrokes()).isEqualTo(20);
        assertThat(dropped()).isEqualTo(1);
    }

    @Test
    void survivesARestartAndOtherChangesOfTheUser() {
        setLevel(CollectionLevel.FEATURES, StreamDriver.START);
        stream.account(
                anna.userId(),
                AccountEvent.newBuilder()
                        .setKind(AccountEventKind.SETTINGS_CHANGED)
                        .setAt(stream.now())
                        .setSensitivity(0.7f)
                        .build());
        stream = stream.restarted();
        stream.say(anna, SessionEventKind.STARTED, stream.now());
        type(0, stream.now().plusSeconds(1));

        assertThat(dropped()).isEqualTo(1);
    }

    @Test
    void treatsAnUnknownLevelAsTheStrictest() {
        stream.account(
                anna.userId(),
                AccountEvent.newBuilder()
                        .setKind(AccountEventKind.COLLECTION_CHANGED)
                        .setAt(StreamDriver.START)
                        .setCollectionLevel("weekends_only")
                        .build());
        type(0, StreamDriver.START.plusSeconds(1));
        assertThat(dropped()).isEqualTo(1);
    }

    @Test
    void storesABoundedHistory() {
        CollectionHistory history = CollectionHistory.EMPTY;
        for (int i = 1; i <= 3 * CollectionHistory.CHANGES_MAX; i++) {
            history = history.with(i, i % 2 == 0 ? CollectionLevel.FULL : CollectionLevel.LOCAL);
        }
        assertThat(history.changes()).hasSize(CollectionHistory.CHANGES_MAX);
        assertThat(history.at(0)).as("before the oldest stored change").isEqualTo(CollectionLevel.LOCAL);
        assertThat(history.at(Long.MAX_VALUE)).isEqualTo(CollectionLevel.FULL);
        ByteBuffer bytes = ByteBuffer.allocate(history.sizeBytes());
        history.write(bytes);
        assertThat(CollectionHistory.read(bytes.flip())).isEqualTo(history);
    }

    private void type(long sequence, Instant at) {
        stream.typeLive(anna, anna.batch(sequence, at, 10, 100));
    }

    private void setLevel(CollectionLevel level, Instant at) {
        stream.account(
                anna.userId(),
                AccountEvent.newBuilder()
                        .setKind(AccountEventKind.COLLECTION_CHANGED)
                        .setAt(at)
                        .setCollectionLevel(level.text())
                        .build());
    }

    private double dropped() {
        return stream.count("mindful.stream.batches", "outcome", "not_collected");
    }
}
