package dev.mindfulcode.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class EventTimeTest {

    private static final long NOW_MS = 1_800_000_000_000L;
    private static final long MINUTE_MS = Duration.ofMinutes(1).toMillis();
    private static final long MONTH_MS = Duration.ofDays(31).toMillis();

    @Test
    void believesWhatIsWithinTheTolerance() {
        assertThat(EventTime.clamp(NOW_MS - 5_000, 5_000, NOW_MS)).isEqualTo(new EventTime(NOW_MS - 5_000, false));
        assertThat(EventTime.clamp(NOW_MS + MINUTE_MS, 0, NOW_MS)).isEqualTo(new EventTime(NOW_MS + MINUTE_MS, false));
        assertThat(EventTime.clamp(NOW_MS - MONTH_MS, 0, NOW_MS)).isEqualTo(new EventTime(NOW_MS - MONTH_MS, false));
    }

    @Test
    void movesABatchFromTheFutureToTheLatestThatCanBe() {
        assertThat(EventTime.clamp(NOW_MS + MINUTE_MS + 1, 0, NOW_MS))
                .isEqualTo(new EventTime(NOW_MS + MINUTE_MS, true));
        assertThat(EventTime.clamp(Limits.STARTED_AT_MS_MAX, 1_000, NOW_MS))
                .isEqualTo(new EventTime(NOW_MS + MINUTE_MS - 1_000, true));
    }

    @Test
    void movesABatchFromLongAgoToTheEarliestThatCanBe() {
        assertThat(EventTime.clamp(0, 0, NOW_MS)).isEqualTo(new EventTime(NOW_MS - MONTH_MS, true));
    }

    @Test
    void aBatchThatStartsNowAndEndsTomorrowEndsWithinTheToleranceToo() {
        EventTime time = EventTime.clamp(NOW_MS, Limits.BATCH_SPAN_MS_MAX, NOW_MS);

        assertThat(time.clamped()).isTrue();
        assertThat(time.startedAtMs() + Limits.BATCH_SPAN_MS_MAX).isEqualTo(NOW_MS + MINUTE_MS);
    }
}
