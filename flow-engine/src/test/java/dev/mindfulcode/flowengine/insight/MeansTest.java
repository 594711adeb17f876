package dev.mindfulcode.flowengine.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mindfulcode.flowengine.Interruption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
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

    /** Two weeks of three to seven days that resemble their neighbours, more or less variable in the second one. */
    @Test
    void weeksThatDoNotDifferSeldomChange() {
        for (int daysActive : new int[] {3, 5, 7}) {
            Simulation alarms = Simulation.run(
                    "false alarms, week over week, " + daysActive + " days each",
                    4_000,
                    random -> isAwayFromZero(change(random, daysActive, 0)));
            assertThat(alarms.atMost()).as(alarms.toString()).isLessThanOrEqualTo(0.05);
        }
        Simulation power = Simulation.run(
                "power, week over week, 5 days each", 1_000, random -> isAwayFromZero(change(random, 5, 4)));
        assertThat(power.share()).isGreaterThan(0.5);
    }

    private static boolean isAwayFromZero(Estimate change) {
        return change.low() > 0 || change.high() < 0;
    }

    private static Estimate change(Random random, int days, double difference) {
        double[] earlier = new double[days];
        double[] later = new double[days];
        double spread = 0.5 + 1.5 * random.nextDouble();
        double wave = random.nextGaussian();
        for (int day = 0; day < 2 * days; day++) {
            wave = 0.3 * wave + Math.sqrt(1 - 0.3 * 0.3) * random.nextGaussian();
            if (day < days) {
                earlier[day] = wave;
            } else {
                later[day - days] = spread * wave + difference;
            }
        }
        return Means.change(earlier, later);
    }

    @Test
    void changeOfIdenticalValuesIsExactlyZero() {
        Estimate change = Means.change(new double[] {0.5, 0.5}, new double[] {0.5, 0.5, 0.5});
        assertThat(change).isEqualTo(new Estimate(0, 0, 0, 5));
    }

    @Test
    void sortsEndingsByFrequency() {
        var few = FlowEndings.of(Collections.nCopies(4, Interruption.IDLE));
        assertThat(few.endings()).isEmpty();
        assertThat(few.periodsMissing()).isEqualTo(6);
        List<Interruption> causes = new ArrayList<>(Collections.nCopies(4, Interruption.IDLE));
        causes.addAll(Collections.nCopies(16, Interruption.ERRORS));
        var enough = FlowEndings.of(causes);
        assertThat(enough.endings().getFirst().by()).isEqualTo(Interruption.ERRORS);
        assertThat(enough.endings().getFirst().share().value()).isEqualTo(0.8);
        assertThat(enough.endings().getFirst().share().low()).isBetween(0.5, 0.8);
    }
}
