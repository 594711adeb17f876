package dev.mindfulcode.flowengine.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mindfulcode.flowengine.Interruption;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class MeansTest {

    /** Exact Poisson intervals of 10 events: 4.80 to 18.39. */
    @Test
    void rateHasThePoissonInterval() {
        Estimate rate = Means.rate(10, 2);
        assertThat(rate.value()).isEqualTo(5);
        assertThat(rate.low()).isCloseTo(4.80 / 2, within(0.02));
        assertThat(rate.high()).isCloseTo(18.39 / 2, within(0.02));
        Estimate none = Means.rate(0, 3);
        assertThat(none.value()).isZero();
        assertThat(none.low()).isZero();
        assertThat(none.high()).isCloseTo(3.69 / 3, within(0.02));
    }

    @Test
    void intervalOfAChangeHasItsNominalCoverage() {
        Random random = new Random(3);
        int held = 0;
        int tries = 4_000;
        for (int i = 0; i < tries; i++) {
            double[] earlier = random.doubles(5).map(x -> 0.3 + 0.2 * x).toArray();
            double[] later = random.doubles(7).map(x -> 0.35 + 0.4 * x).toArray();
            Estimate change = Means.change(earlier, later);
            held += change.low() <= 0.15 && 0.15 <= change.high() ? 1 : 0;
        }
        assertThat((double) held / tries).isBetween(0.93, 0.97);
    }

    @Test
    void changeOfIdenticalValuesIsExactlyZero() {
        Estimate change = Means.change(new double[] {0.5, 0.5}, new double[] {0.5, 0.5, 0.5});
        assertThat(change).isEqualTo(new Estimate(0, 0, 0, 5));
    }

    @Test
    void sortsEndingsByFrequency() {
        var few = FlowEndings.of(Map.of(Interruption.IDLE, 4));
        assertThat(few.endings()).isEmpty();
        assertThat(few.periodsMissing()).isEqualTo(6);
        var enough = FlowEndings.of(Map.of(Interruption.IDLE, 4, Interruption.ERRORS, 16));
        assertThat(enough.endings().getFirst().by()).isEqualTo(Interruption.ERRORS);
        assertThat(enough.endings().getFirst().share().value()).isEqualTo(0.8);
        assertThat(enough.endings().getFirst().share().low()).isBetween(0.5, 0.8);
    }
}
