package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.flowstream.StreamDriver.Marker;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.Topic;
import dev.mindfulcode.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests of the markers in the outputs that say which keystrokes they include. */
class ProgressTest {

    private static final List<Topic<?>> MARKED = List.of(Topics.FLOW_STATES, Topics.FLOW_PERIODS, Topics.FLOW_MINUTES);

    private StreamDriver stream = new StreamDriver();
    private final Typing anna = Typing.someone();

    @AfterEach
    void close() {
        stream.close();
    }

    @Test
    void marksEachOutputAfterTheEffectsOfAKeystrokeRecord() {
        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 10, 100));
        stream.typeLive(anna, anna.batch(1, StreamDriver.START.plusSeconds(1), 10, 100));
        passRounds(2);

        assertThat(stream.lastFlowState(anna).getKeystrokes()).isEqualTo(20);
        assertThat(lastMarker(Topics.FLOW_STATES))
                .isEqualTo(new Marker(2, 0, stream.flowStates().size()));
        assertThat(lastMarker(Topics.FLOW_MINUTES))
                .isEqualTo(new Marker(2, 0, stream.all(Topics.FLOW_MINUTES).size()));
        assertThat(lastMarker(Topics.FLOW_PERIODS).inputOffset()).isEqualTo(2);
    }

    @Test
    void marksNothingTwiceOrWithoutInput() {
        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 10, 100));
        passRounds(1);
        int markers = stream.markers(Topics.FLOW_STATES).size();

        stream.advance(Duration.ofSeconds(30));
        passRounds(3);

        assertThat(stream.markers(Topics.FLOW_STATES)).hasSize(markers);
    }

    @Test
    void marksDuplicatesAndRejectedRecords() {
        KeystrokeBatch batch = anna.batch(0, StreamDriver.START, 10, 100);
        stream.typeLive(anna, batch);
        passRounds(2);
        int rows = stream.flowStates().size();

        stream.type(anna, batch);
        Instant longAgo = StreamDriver.START.minus(Duration.ofDays(60));
        stream.type(anna, anna.batch(1, longAgo, stream.now(), Typing.letters(5, 10)));
        passRounds(2);

        assertThat(stream.deadLetters()).hasSize(1);
        for (Topic<?> topic : MARKED) {
            assertThat(lastMarker(topic).inputOffset()).isEqualTo(3);
        }
        assertThat(stream.flowStates()).hasSize(rows);
    }

    @Test
    void marksRecordsProcessedBeforeARestart() {
        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 10, 100));
        stream.type(anna, anna.batch(1, StreamDriver.START.plusSeconds(1), stream.now(), Typing.letters(5, 10)));

        stream = stream.restarted();
        passRounds(2);

        assertThat(stream.lastFlowState(anna).getKeystrokes()).isEqualTo(15);
        assertThat(lastMarker(Topics.FLOW_STATES).inputOffset()).isEqualTo(2);
    }

    @Test
    void marksReportsOfFeatures() {
        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 10, 100));
        stream.report(anna, anna.features(1, FeaturesTest.report(StreamDriver.START.plusSeconds(5))));
        stream.report(anna, anna.features(2, FeaturesTest.report(StreamDriver.START.plusSeconds(10))));
        passRounds(2);

        for (Topic<?> topic : MARKED) {
            assertThat(lastMarker(topic).inputOffset()).isEqualTo(1);
            assertThat(lastMarker(topic).featuresOffset()).isEqualTo(2);
        }
    }

    @Test
    void marksUnderLoadOnlyWhatIsWritten() {
        long batches = 0;
        for (; batches < 1_000; batches++) {
            Instant startedAt = StreamDriver.START.plusMillis(5 * batches);
            stream.typeLive(anna, anna.batch(batches, startedAt, 1, 5));
        }

        List<Marker> markers = stream.markers(Topics.FLOW_STATES);
        assertThat(markers).hasSizeGreaterThanOrEqualTo(2);
        for (Marker marker : markers) {
            long written = marker.rows() == 0
                    ? 0
                    : stream.flowStates(anna).get(marker.rows() - 1).getKeystrokes();
            assertThat(marker.inputOffset()).isLessThanOrEqualTo(written);
        }
        assertThat(stream.flowStates(anna)).as("flow states in 5 s").hasSizeLessThan(12);
        assertThat(markers.getLast().inputOffset()).isGreaterThan(batches / 2).isLessThan(batches);

        stream.advance(Duration.ofSeconds(2));
        passRounds(8);
        assertThat(lastMarker(Topics.FLOW_STATES).inputOffset()).isEqualTo(batches);
    }

    private Marker lastMarker(Topic<?> topic) {
        return stream.markers(topic).getLast();
    }

    private void passRounds(int rounds) {
        long ticks = rounds * CommitRounds.LENGTH.dividedBy(CommitRounds.TICK);
        for (long tick = 0; tick < ticks; tick++) {
            stream.advance(CommitRounds.TICK);
        }
    }
}
