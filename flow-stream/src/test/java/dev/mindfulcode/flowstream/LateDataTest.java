package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.schemas.DeadLetter;
import dev.mindfulcode.schemas.KeystrokeBatch;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LateDataTest {

    private static final Duration LATEST = Duration.ofDays(31);

    private StreamDriver stream = new StreamDriver();
    private final Typing anna = Typing.someone();
    private final Typing ben = Typing.someone();

    @AfterEach
    void close() {
        stream.close();
    }

    @Test
    void addsALateBatchToAMinuteOfAMonthAgo() {
        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 10, 100));
        liveOn(LATEST);

        stream.type(anna, anna.batch(1, StreamDriver.START, stream.now(), Typing.letters(5, 100)));
        stream.advance(Duration.ofSeconds(2));

        assertThat(stream.minute(anna, StreamDriver.START).getKeystrokes()).isEqualTo(15);
        assertThat(stream.lastFlowState(anna).getKeystrokes()).isEqualTo(15);
    }

    @Test
    void recognizesADuplicateMonthsLater() {
        KeystrokeBatch typed = anna.batch(0, StreamDriver.START, 10, 100);
        stream.typeLive(anna, typed);
        liveOn(Duration.ofDays(90));

        stream.type(
                anna,
                KeystrokeBatch.newBuilder(typed)
                        .setStartedAt(stream.now().minus(LATEST))
                        .setReceivedAt(stream.now())
                        .build());
        stream.advance(Duration.ofSeconds(2));

        assertThat(stream.lastFlowState(anna).getKeystrokes()).isEqualTo(10);
        assertThat(stream.count("mindful.stream.batches", "outcome", "duplicate"))
                .isEqualTo(1);
    }

    @Test
    void expiresMinutesThatNoBatchCanReachAnyMore() {
        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 10, 100));
        liveOn(Duration.ofDays(32));
        assertThat(stream.storedKeysOf(anna.userId())).contains("minutes");

        liveOn(Duration.ofDays(45));
        stream = stream.restarted(); // with an empty cache
        assertThat(stream.storedKeysOf(anna.userId())).doesNotContain("minutes");
        assertThat(stream.storedKeysOf(ben.userId())).contains("minutes");
    }

    @Test
    void rejectsBatchesForMinutesThatMayHaveExpired() {
        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 10, 100));
        Instant received = stream.now();
        liveOn(Duration.ofDays(50));

        // An operator puts an old batch back into the topic, as it was.
        stream.type(anna, anna.batch(1, StreamDriver.START, received, Typing.letters(5, 100)));

        assertThat(stream.deadLetters()).extracting(DeadLetter::getReason).containsExactly("too_late");
        assertThat(stream.minute(anna, StreamDriver.START).getKeystrokes()).isEqualTo(10);
    }

    @Test
    void batchesFromTheFutureExpireNobodysMinutes() {
        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 10, 100));
        stream.type(
                ben,
                ben.batch(
                        0,
                        stream.now().plus(Duration.ofDays(300)),
                        stream.now().plus(Duration.ofDays(300)),
                        Typing.letters(3, 100)));
        liveOn(Duration.ofDays(20));

        stream.type(anna, anna.batch(1, StreamDriver.START, stream.now(), Typing.letters(5, 100)));
        stream.advance(Duration.ofSeconds(2));

        assertThat(stream.deadLetters()).isEmpty();
        assertThat(stream.minute(anna, StreamDriver.START).getKeystrokes()).isEqualTo(15);
    }

    /** Another user types a little now and then. */
    private void liveOn(Duration duration) {
        Instant until = stream.now().plus(duration);
        int sequence = Math.toIntExact(stream.now().getEpochSecond() % 1_000_000_000);
        while (stream.now().isBefore(until)) {
            Instant next = stream.now().plus(Duration.ofHours(12));
            Typing session = ben.inAnotherSession();
            stream.typeLive(session, session.batch(sequence++, next.isAfter(until) ? until : next, 3, 100));
        }
        stream.advance(Duration.ofSeconds(25));
    }
}
