package dev.mindfulcode.flowengine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;

class KnownPersonProperties {
    private static final int KEYS_TO_KNOW_THE_PERSON = 6_000;

    /** Of the scores; the work history knows no speed, and as many keys take longer. Pauses are not scaled. */
    @Property(tries = 100)
    void speedOfAKnownPersonDoesNotChangeTheIntensity(
            @ForAll long seed, @ForAll @DoubleRange(min = 0.5, max = 2.5) double scale) {
        for (int round = 0; round < Tries.FACTOR; round++) {
            FlowModel model = FlowModel.formulaBaseline();
            assertThat(intensityOfKnown(model, seed + round, scale))
                    .as("%s, seed %d, speed times %s", model.id(), seed + round, scale)
                    .isCloseTo(intensityOfKnown(model, seed + round, 1), within(0.05f));
        }
    }

    private static float intensityOfKnown(FlowModel model, long seed, double scale) {
        Random random = new Random(seed);
        SessionState session = new SessionState(model).wrap(SessionState.fresh());
        long at = Input.START_MS;
        for (int i = 0; i < KEYS_TO_KNOW_THE_PERSON; i++) {
            int interval = (int) Math.clamp(scale * 170 * Math.exp(0.6 * random.nextGaussian()), 10, 1_900);
            at += interval;
            session.keystroke(at, interval, random.nextInt(12) == 0 ? EventCodes.KEY_DELETE : Input.LETTER, -1);
        }
        FlowReading reading = new FlowReading();
        session.read(reading);
        return reading.intensity();
    }

    /** Counts never drift: the window depends on its last hundred keystrokes only. */
    @Property(tries = 3)
    void windowHoldsTheLastHundredOfMillionsOfKeystrokes(@ForAll long seed) {
        Random random = new Random(seed);
        byte[] state = SessionState.fresh();
        SessionState session = new SessionState().wrap(state);
        int[] last = new int[Layout.RING_LENGTH];
        long at = Input.START_MS;
        int keys = 2_000_000;
        long active = 0;
        for (int i = 0; i < keys; i++) {
            int interval = 1 + random.nextInt(2_500);
            at += interval;
            active += interval;
            last[i % last.length] = interval;
            session.keystroke(at, interval, random.nextInt(13), -1);
        }
        int[] histogram = new int[LogBins.COUNT];
        for (int interval : last) {
            if (interval < LogBins.BURST_BOUND_MS) {
                histogram[LogBins.of(interval)]++;
            }
        }
        for (int bin = 0; bin < LogBins.COUNT; bin++) {
            assertThat((int) state[Layout.AT_WINDOW_HISTOGRAM + bin]).isEqualTo(histogram[bin]);
        }
        assertThat(session.keystrokes()).isEqualTo(keys);
        assertThat(session.activeMs()).isEqualTo(active);
        assertThat(personTotal(state)).isEqualTo(StateBytes.getInt(state, Layout.AT_PERSON_IN_BURSTS));
    }

    private static int personTotal(byte[] state) {
        int total = 0;
        for (int bin = 0; bin < LogBins.COUNT; bin++) {
            total += StateBytes.getShort(state, Layout.AT_PERSON_HISTOGRAM + 2 * bin);
        }
        return total;
    }
}
