package dev.mindfulcode.flowstream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mindfulcode.schemas.FlowMinute;
import dev.mindfulcode.schemas.FlowState;
import dev.mindfulcode.schemas.KeystrokeBatch;
import dev.mindfulcode.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class FlowStatePublisherTest {

    private StreamDriver stream = new StreamDriver();
    private final Typing anna = Typing.someone();

    @AfterEach
    void close() {
        stream.close();
    }

    @Test
    void publishesAtMostOneFlowStatePerSecondAndAlwaysTheLast() {
        for (int batch = 0; batch < 600; batch++) {
            Instant startedAt = StreamDriver.START.plusMillis(10L * batch);
            stream.typeLive(anna, anna.batch(batch, startedAt, 1, 10));
        }
        // While the first second is quiet, more of them: see ProgressTest.
        assertThat(stream.flowStates(anna)).hasSizeBetween(6, 12);

        stream.advance(Duration.ofSeconds(3));

        List<FlowState> states = stream.flowStates(anna);
        assertThat(states).hasSizeBetween(7, 13);
        assertThat(states.getLast().getKeystrokes()).isEqualTo(600);
        assertThat(states).extracting(FlowState::getVersion).isSorted().doesNotHaveDuplicates();
        assertThat(states).extracting(FlowState::getKeystrokes).isSorted();
    }

    @Test
    void publishesAnImportAtTheSameRate() {
        stream.advanceTo(StreamDriver.START.plus(Duration.ofHours(1)));
        for (int batch = 0; batch < 200; batch++) {
            stream.type(anna, anna.batch(batch, StreamDriver.START.plusSeconds(10L * batch), 5, 100));
        }
        stream.advance(Duration.ofSeconds(2));

        assertThat(stream.flowStates(anna)).hasSize(2);
        assertThat(stream.lastFlowState(anna).getKeystrokes()).isEqualTo(1_000);
        assertThat(sumOfMinutes()).isEqualTo(1_000);
    }

    @Test
    void publishesMinutesWithFlowStates() {
        for (int batch = 0; batch < 50; batch++) {
            stream.type(anna, anna.batch(batch, StreamDriver.START, StreamDriver.START, Typing.letters(1, 10)));
        }
        stream.advance(Duration.ofSeconds(2));

        assertThat(stream.all(Topics.FLOW_MINUTES)).hasSize(2);
        assertThat(sumOfMinutes()).isEqualTo(50);
    }

    @Test
    void publishesPendingChangesAfterARestart() {
        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 10, 100));
        stream.type(anna, anna.batch(1, StreamDriver.START.plusSeconds(1), stream.now(), Typing.letters(5, 10)));
        assertThat(stream.lastFlowState(anna).getKeystrokes()).isEqualTo(10);
        long versionBefore = stream.lastFlowState(anna).getVersion();

        stream = stream.restarted();
        assertThat(stream.flowStates()).isEmpty();
        stream.advance(Duration.ofSeconds(2));

        assertThat(stream.lastFlowState(anna).getKeystrokes()).isEqualTo(15);
        assertThat(stream.lastFlowState(anna).getVersion()).isGreaterThan(versionBefore);
        assertThat(sumOfMinutes()).isEqualTo(15);
    }

    @Test
    void endsAnIdleSessionAfterARestart() {
        stream.typeLive(anna, anna.batch(0, StreamDriver.START, 10, 100));

        stream = stream.restarted();
        stream.advance(Duration.ofMinutes(6));
        stream.advance(Duration.ofMinutes(30));

        assertThat(stream.flowStates(anna)).hasSize(2);
    }

    @Test
    void countsBatchesOnceAcrossARestart() {
        KeystrokeBatch first = anna.batch(0, StreamDriver.START, 10, 100);
        stream.typeLive(anna, first);

        stream = stream.restarted();
        stream.type(anna, first);
        stream.type(anna, anna.batch(1, StreamDriver.START.plusSeconds(1), 3, 100));
        stream.advance(Duration.ofSeconds(2));

        assertThat(stream.lastFlowState(anna).getKeystrokes()).isEqualTo(13);
        assertThat(stream.count("mindful.stream.batches", "outcome", "duplicate"))
                .isEqualTo(1);
    }

    private long sumOfMinutes() {
        return stream.minutes(anna.userId()).values().stream()
                .mapToLong(FlowMinute::getKeystrokes)
                .sum();
    }
}
