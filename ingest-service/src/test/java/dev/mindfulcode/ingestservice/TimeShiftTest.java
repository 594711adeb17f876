package dev.mindfulcode.ingestservice;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TimeShiftTest {

    private static final long NOW_MS = 1_800_000_000_000L;
    private static final long HOUR_MS = Duration.ofHours(1).toMillis();
    private static final long DAY_MS = Duration.ofDays(1).toMillis();

    @Test
    void movesNothingWithinTheWindow() {
        assertThat(TimeShift.choose(NOW_MS - 31 * DAY_MS, NOW_MS + 60_000, NOW_MS, null, null))
                .isNull();
    }

    @Test
    void toleratesNetworkLatency() {
        assertThat(choose(NOW_MS - 5_000, NOW_MS, 2_000L, null)).isNull();
        assertThat(choose(NOW_MS - 5_000, NOW_MS, -2_000L, null)).isNull();
        assertThat(choose(NOW_MS - 5_000, NOW_MS, 2_001L, null))
                .isEqualTo(new TimeShift(2_001, ShiftReason.CLIENT_CLOCK));
    }

    @Test
    void followsSentAtInBothDirections() {
        assertThat(choose(NOW_MS + 2 * HOUR_MS - 5_000, NOW_MS + 2 * HOUR_MS, -2 * HOUR_MS, null))
                .isEqualTo(new TimeShift(-2 * HOUR_MS, ShiftReason.CLIENT_CLOCK));
        assertThat(choose(NOW_MS - 40 * DAY_MS, NOW_MS - 40 * DAY_MS + 5, 40 * DAY_MS, null))
                .isEqualTo(new TimeShift(40 * DAY_MS, ShiftReason.CLIENT_CLOCK));
    }

    @Test
    void keepsTheEarlierShiftIfSentAtDiffersByLatencyOnly() {
        TimeShift earlier = new TimeShift(-2 * HOUR_MS, ShiftReason.CLIENT_CLOCK);

        assertThat(choose(NOW_MS + 2 * HOUR_MS - 5_000, NOW_MS + 2 * HOUR_MS, -2 * HOUR_MS + 900, earlier))
                .isSameAs(earlier);
    }

    @Test
    void dropsTheEarlierShiftAfterTheClockWasCorrected() {
        TimeShift earlier = new TimeShift(-2 * HOUR_MS, ShiftReason.CLIENT_CLOCK);

        assertThat(choose(NOW_MS - 5_000, NOW_MS, 30L, earlier)).isNull();
    }

    @Test
    void movesFutureSessionsToEndAtReceipt() {
        assertThat(choose(NOW_MS + 2 * HOUR_MS - 5_000, NOW_MS + 2 * HOUR_MS, null, null))
                .isEqualTo(new TimeShift(-2 * HOUR_MS, ShiftReason.FUTURE));
    }

    @Test
    void movesOldSessionsIntoTheWindow() {
        assertThat(choose(NOW_MS - 40 * DAY_MS, NOW_MS - 39 * DAY_MS, null, null))
                .isEqualTo(new TimeShift(10 * DAY_MS, ShiftReason.PAST));
    }

    @Test
    void movesOldQueuesEvenIfSentAtConfirmsTheirAge() {
        assertThat(choose(NOW_MS - 40 * DAY_MS, NOW_MS - 39 * DAY_MS, 40L, null))
                .isEqualTo(new TimeShift(10 * DAY_MS, ShiftReason.PAST));
    }

    /** Uploads of a queue from 40 days ago, oldest or newest first, and typing of now after it. */
    @Test
    void movesLaterUploadsOfAQueueLikeTheFirst() {
        TimeShift first = choose(NOW_MS - 40 * DAY_MS, NOW_MS - 40 * DAY_MS + HOUR_MS, 40L, null);

        assertThat(choose(NOW_MS - 39 * DAY_MS, NOW_MS - 39 * DAY_MS + HOUR_MS, 55L, first))
                .isSameAs(first);
        assertThat(choose(NOW_MS - 30 * DAY_MS, NOW_MS - 30 * DAY_MS + HOUR_MS, 55L, first))
                .as("young enough by itself")
                .isSameAs(first);
        assertThat(choose(NOW_MS - 40 * DAY_MS - 12 * HOUR_MS, NOW_MS - 40 * DAY_MS, 55L, first))
                .isSameAs(first);
        assertThat(choose(NOW_MS - 5_000, NOW_MS, 55L, first)).isNull();
    }

    @Test
    void placesASessionLongerThanTheWindowByItsEnd() {
        assertThat(choose(NOW_MS - 60 * DAY_MS, NOW_MS, null, null)).isNull();
        assertThat(choose(NOW_MS - 600 * DAY_MS, NOW_MS - 500 * DAY_MS, null, null))
                .isEqualTo(new TimeShift(500 * DAY_MS, ShiftReason.PAST));
    }

    private static @Nullable TimeShift choose(
            long firstMs, long lastMs, @Nullable Long clockErrorMs, @Nullable TimeShift earlier) {
        return TimeShift.choose(firstMs, lastMs, NOW_MS, clockErrorMs, earlier);
    }
}
