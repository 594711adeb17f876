package dev.mindfulcode.flowengine.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.management.ThreadMXBean;
import dev.mindfulcode.flowengine.history.WorkHistory.Event;
import java.lang.management.ManagementFactory;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class WorkHistoryTest {
    private static final long START_MS = 1_700_000_000_000L;
    private static final long MINUTE_MS = 60_000;

    private final WorkHistory history = new WorkHistory();
    private final float[] features = new float[WorkHistory.FEATURES];

    @Test
    void unknownPersonHasNoPresenceAndThePopulationsOutcomes() {
        history.read(START_MS, features);
        assertThat(Arrays.copyOf(features, 4)).containsOnly(0f);
        assertThat(features[WorkHistory.HELD_RATE]).isCloseTo(WorkHistory.POPULATION_HELD_RATE, within(1e-6f));
        assertThat(features[WorkHistory.HELD_RATE_RECENT]).isEqualTo(WorkHistory.POPULATION_HELD_RATE);
        assertThat(features[WorkHistory.LN_S_SINCE_ACTIVITY]).isCloseTo((float) Math.log(86_401), within(1e-4f));
        assertThat(history.presentMs()).isZero();
    }

    @Test
    void steadyWorkFillsThePresencesByTheirTimeConstants() {
        work(START_MS, 10);
        history.read(START_MS + 10 * MINUTE_MS, features);
        assertThat(features[WorkHistory.PRESENCE_1_MIN]).isGreaterThan(0.999f);
        assertThat(features[WorkHistory.PRESENCE_5_MIN]).isCloseTo((float) (1 - Math.exp(-2)), within(0.02f));
        assertThat(features[WorkHistory.PRESENCE_60_MIN]).isCloseTo((float) (1 - Math.exp(-1 / 6.0)), within(0.02f));
        assertThat(history.presentMs()).isBetween(10 * MINUTE_MS - WorkHistory.BIN_MS, 10 * MINUTE_MS);
    }

    /** A held key repeats thirty times a second. */
    @Test
    void heldKeyCountsOnceASecond() {
        for (long at = START_MS; at < START_MS + 30 * MINUTE_MS; at += 33) {
            history.event(at, Event.EDIT);
        }
        history.read(history.lastEventAtMs(), features);
        assertThat(features[WorkHistory.LN_RATE_5_MIN]).isCloseTo((float) Math.log(61), within(0.02f));
    }

    @Test
    void forgetsEventsButNotTheirOutcomes() {
        byte[] state = WorkHistory.fresh();
        history.wrap(state);
        work(START_MS, 60);
        history.event(START_MS + 70 * MINUTE_MS, Event.ENTER);
        history.read(history.lastEventAtMs(), features);
        float held = features[WorkHistory.HELD_RATE];
        float breaks = features[WorkHistory.BREAKS_PER_ACTIVE_MIN];
        int outcomes = history.outcomes();

        history.forgetEvents();

        assertThat(WorkHistory.isReadable(state, 0)).isTrue();
        assertThat(history.lastEventAtMs()).isZero();
        assertThat(history.outcomes()).isEqualTo(outcomes).isPositive();
        history.read(START_MS, features);
        assertThat(features[WorkHistory.HELD_RATE]).isEqualTo(held);
        assertThat(features[WorkHistory.BREAKS_PER_ACTIVE_MIN]).isEqualTo(breaks);
        assertThat(Arrays.copyOf(features, 4)).containsOnly(0f);
    }

    @Test
    void learnsThatWorkHeldFifteenMinutesLater() {
        work(START_MS, 19);
        assertThat(history.outcomes()).isZero();
        work(START_MS + 19 * MINUTE_MS, 3);
        assertThat(history.outcomes()).isEqualTo(1);
        history.read(history.lastEventAtMs(), features);
        assertThat(features[WorkHistory.HELD_RATE]).isGreaterThan(WorkHistory.POPULATION_HELD_RATE);
        assertThat(features[WorkHistory.HELD_RATE_RECENT]).isGreaterThan(WorkHistory.POPULATION_HELD_RATE);
    }

    @Test
    void learnsThatWorkDidNotHoldWithTheEventAfterTheGap() {
        work(START_MS, 12);
        history.event(START_MS + 30 * MINUTE_MS, Event.EDIT);
        assertThat(history.outcomes()).isEqualTo(2);
        history.read(history.lastEventAtMs(), features);
        assertThat(features[WorkHistory.HELD_RATE]).isLessThan(WorkHistory.POPULATION_HELD_RATE);
        assertThat(features[WorkHistory.LN_MIN_SINCE_GAP]).isZero();
        assertThat(features[WorkHistory.LN_MIN_OF_GAP]).isCloseTo((float) Math.log(19), within(0.01f));
        assertThat(history.stretchBeganAtMs()).isEqualTo(START_MS + 30 * MINUTE_MS);
    }

    @Test
    void distinguishesEnterEditAndLossOfFocus() {
        history.event(START_MS, Event.ENTER);
        history.event(START_MS + 10_000, Event.EDIT);
        history.event(START_MS + 20_000, Event.FOCUS_LOST);
        history.event(START_MS + 30_000, Event.ACTIVITY);
        history.read(START_MS + 40_000, features);
        assertThat(features[WorkHistory.LN_S_SINCE_ACTIVITY]).isCloseTo((float) Math.log(11), within(1e-4f));
        assertThat(features[WorkHistory.LN_S_SINCE_EDIT]).isCloseTo((float) Math.log(21), within(1e-4f));
        assertThat(features[WorkHistory.LN_S_SINCE_ENTER]).isCloseTo((float) Math.log(31), within(1e-4f));
        assertThat(features[WorkHistory.LN_S_SINCE_FOCUS_LOST]).isCloseTo((float) Math.log(11), within(1e-4f));
    }

    @Test
    void survivesTimesOutOfRange() {
        for (long at : new long[] {Long.MIN_VALUE, -1, 0, 1, Long.MAX_VALUE, Long.MAX_VALUE, 5}) {
            history.event(at, Event.ENTER);
            history.read(Long.MAX_VALUE, features);
            history.read(Long.MIN_VALUE, features);
            for (float feature : features) {
                assertThat(feature).isFinite();
            }
        }
    }

    @Test
    void worksInsideALargerArray() {
        byte[] whole = new byte[WorkHistory.SIZE_BYTES + 20];
        Arrays.fill(whole, (byte) 7);
        WorkHistory.putFresh(whole, 12);
        history.wrap(whole, 12);
        work(START_MS, 40);
        byte[] alone = WorkHistory.fresh();
        history.wrap(alone);
        work(START_MS, 40);
        assertThat(Arrays.copyOfRange(whole, 12, 12 + WorkHistory.SIZE_BYTES)).isEqualTo(alone);
        assertThat(Arrays.copyOf(whole, 12)).containsOnly(7);
        assertThat(Arrays.copyOfRange(whole, 12 + WorkHistory.SIZE_BYTES, whole.length))
                .containsOnly(7);
    }

    @Test
    void rejectsOtherBytes() {
        byte[] ofOtherVersion = WorkHistory.fresh();
        ofOtherVersion[0]++;
        byte[] alone = WorkHistory.fresh();
        history.wrap(alone);
        for (byte[] bytes : new byte[][] {ofOtherVersion, new byte[WorkHistory.SIZE_BYTES], new byte[3]}) {
            assertThat(WorkHistory.isReadable(bytes, 0)).isFalse();
            assertThatThrownBy(() -> history.wrap(bytes))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("recompute it from the log");
        }
        history.event(START_MS, Event.EDIT);
        assertThat(alone).isNotEqualTo(WorkHistory.fresh());
    }

    @Test
    void allocatesNothing() {
        byte[] state = WorkHistory.fresh();
        long at = START_MS;
        long bytes = 0;
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        for (int round = 0; round < 2; round++) {
            long before = threads.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < 20_000; i++) {
                at += i % 1_000 == 0 ? 400_000 : 700;
                history.wrap(state).event(at, Event.EDIT);
                history.read(at, features);
            }
            bytes = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(bytes).isLessThan(20_000);
    }

    private void work(long fromMs, int minutes) {
        for (long at = fromMs; at < fromMs + minutes * MINUTE_MS; at += 3_000) {
            history.event(at, Event.EDIT);
        }
    }
}
