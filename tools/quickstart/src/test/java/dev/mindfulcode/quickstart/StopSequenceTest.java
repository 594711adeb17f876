package dev.mindfulcode.quickstart;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class StopSequenceTest {

    private static final Duration AMPLE = Duration.ofSeconds(10);

    private final StopSequence sequence = new StopSequence();
    private final List<String> stopped = new CopyOnWriteArrayList<>();

    @Test
    void stopsTheLastStartedFirst() {
        sequence.add("first", AMPLE, () -> stopped.add("first"));
        sequence.add("second", AMPLE, () -> stopped.add("second"));

        sequence.stopAll();

        assertThat(stopped).containsExactly("second", "first");
    }

    @Test
    void stopsTheOthersWhenOnePartHangsOrFails() {
        CountDownLatch never = new CountDownLatch(1);
        sequence.add("first", AMPLE, () -> stopped.add("first"));
        sequence.add("failing", AMPLE, () -> {
            throw new IllegalStateException("on purpose");
        });
        sequence.add("hanging", Duration.ofMillis(50), never::await);

        sequence.stopAll();

        assertThat(stopped).containsExactly("first");
    }

    @Test
    void stopsPartsThatStartDuringTheStop() {
        sequence.stopAll();

        assertThatThrownBy(() -> sequence.add("late", AMPLE, () -> stopped.add("late")))
                .isInstanceOf(IllegalStateException.class);
        assertThat(stopped).containsExactly("late");
    }

    @Test
    void stopsEachPartOnce() {
        sequence.add("only", AMPLE, () -> stopped.add("only"));

        sequence.stopAll();
        sequence.stopAll();

        assertThat(stopped).containsExactly("only");
    }
}
