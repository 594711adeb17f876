package dev.mindfulcode.apigateway.live;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.mindfulcode.flowengine.FlowDetector;
import dev.mindfulcode.flowengine.FlowReading;
import dev.mindfulcode.webkit.transport.ConnectionLimits;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;

class DetectedFlowTest {

    private final LiveHub hub = new LiveHub(
            (user, value) -> null,
            Schedulers.immediate(),
            (user, state) -> Mono.empty(),
            _ -> Flux.empty(),
            ConnectionLimits.STANDARD);
    private final DetectedFlow detected =
            new DetectedFlow(hub, Clock.fixed(Instant.ofEpochMilli(1_000), ZoneOffset.UTC));

    @Test
    void buildsNoUpdateForAUserWithoutConnections() {
        DetectedFlow unread = new DetectedFlow(hub, new ClockThatIsNotRead());
        FlowDetector.Request request = FlowDetector.Request.ofIntervals(100, 150);
        FlowReading reading = new FlowReading();
        new FlowDetector().detect(request, reading);
        assertThatCode(() -> unread.detected(UUID.randomUUID(), UUID.randomUUID(), request, reading, List.of()))
                .doesNotThrowAnyException();
    }

    private static final class ClockThatIsNotRead extends Clock {
        @Override
        public Instant instant() {
            throw new AssertionError("an update was built");
        }

        @Override
        public ZoneOffset getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @Test
    void countsNoMoreTimeInFlowThanActiveTime() {
        UUID ada = UUID.randomUUID();
        Subscription client = hub.open(ada, Resume.LATEST, () -> {});
        int[] intervals = new int[100];
        for (int i = 0; i < intervals.length; i++) {
            intervals[i] = 100 + i * 37 % 120;
        }
        intervals[50] = 60_000;
        FlowDetector.Request request = new FlowDetector.Request(
                intervals,
                0,
                0,
                -1,
                0,
                Double.NaN,
                new int[] {120_000},
                1f,
                new FlowDetector.History(1_200_000, new float[500]));
        FlowReading reading = new FlowReading();
        new FlowDetector().detect(request, reading);
        assertThat(reading.inFlow()).isTrue();

        detected.detected(ada, UUID.randomUUID(), request, reading, List.of());

        List<LiveUpdate> updates = new ArrayList<>();
        client.queue().messages().subscribe(message -> updates.add(requireNonNull(message.update())));
        LiveUpdate.FlowState update = (LiveUpdate.FlowState) updates.getFirst();
        assertThat(update.flowState().isInFlow()).isTrue();
        assertThat(update.session().flowMs())
                .isPositive()
                .isLessThanOrEqualTo(update.session().activeMs());
    }
}
