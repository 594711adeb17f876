package dev.mindfulcode.schemas.clock;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class ClockStepsTest {

    private static final long THREE_DAYS_MS = Duration.ofDays(3).toMillis();

    @Test
    void detectsStepsInBothDirections() {
        ClockStepDetector steps = new ClockStepDetector(1_000_000, 5_000_000_000L);

        assertThat(steps.stepMs(1_000_500, 5_500_000_000L)).isZero();
        assertThat(steps.stepMs(1_001_000 + THREE_DAYS_MS, 6_000_000_000L)).isEqualTo(THREE_DAYS_MS);
        assertThat(steps.stepMs(1_001_500 + THREE_DAYS_MS, 6_500_000_000L)).isZero();
        assertThat(steps.stepMs(1_002_000, 7_000_000_000L)).isEqualTo(-THREE_DAYS_MS);
    }

    @Test
    void restartsListenersAfterStepsBackOnly() throws InterruptedException {
        AtomicLong aheadMs = new AtomicLong();
        InstantSource clock = () -> Instant.now().plusMillis(aheadMs.get());
        CountDownLatch startedOver = new CountDownLatch(1);
        AtomicLong runs = new AtomicLong();
        CountDownLatch sawForward = new CountDownLatch(3);
        InstantSource counted = () -> {
            if (aheadMs.get() > 0) {
                sawForward.countDown();
            }
            return clock.instant();
        };
        try (ClockStepWatch watch = new ClockStepWatch(counted)) {
            var _ = watch.onStepBack("test", () -> {
                runs.incrementAndGet();
                startedOver.countDown();
            });
            aheadMs.set(THREE_DAYS_MS);
            assertThat(sawForward.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(runs).hasValue(0);

            aheadMs.set(0);

            assertThat(startedOver.await(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    @Test
    void closesTheCurrentClient() {
        List<Integer> closed = new ArrayList<>();
        try (ClockStepWatch watch = new ClockStepWatch(InstantSource.system())) {
            new ReopenableClient<>("test", watch, () -> 7, closed::add).close();
        }

        assertThat(closed).containsExactly(7);
    }

    @Test
    void givesKafkaTheAdaptedClock() {
        KafkaTime time = new KafkaTime(() -> Instant.ofEpochMilli(THREE_DAYS_MS));

        assertThat(time.milliseconds()).isEqualTo(THREE_DAYS_MS);
        assertThat(time.nanoseconds()).isNotZero();
    }

    @Test
    void replacesAndClosesAClientAfterAStepBack() throws InterruptedException {
        AtomicLong aheadMs = new AtomicLong(THREE_DAYS_MS);
        AtomicInteger opened = new AtomicInteger();
        CountDownLatch closed = new CountDownLatch(1);
        try (ClockStepWatch watch = new ClockStepWatch(() -> Instant.now().plusMillis(aheadMs.get()));
                ReopenableClient<Integer> client =
                        new ReopenableClient<>("test", watch, opened::incrementAndGet, before -> closed.countDown())) {
            assertThat(client.get()).isEqualTo(1);
            aheadMs.set(0);

            assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();
            assertThat(client.get()).isEqualTo(2);
        }
    }
}
