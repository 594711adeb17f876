package dev.mindfulcode.flowengine.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import dev.mindfulcode.flowengine.insight.Survival.Observation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class SurvivalProperties {

    /** The remission times of Freireich 1963, from textbooks of survival analysis; weeks as ms. */
    private static final List<Observation> REMISSIONS = remissions(
            new int[] {6, 6, 6, 7, 10, 13, 16, 22, 23}, new int[] {6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35});

    @Test
    void agreesWithThePublishedCurve() {
        Survival survival = Survival.of(REMISSIONS);

        assertThat(survival.shareLongerThan(6)).isCloseTo(0.857, within(0.001));
        assertThat(survival.shareLongerThan(10)).isCloseTo(0.753, within(0.001));
        assertThat(survival.shareLongerThan(16)).isCloseTo(0.627, within(0.001));
        assertThat(survival.shareLongerThan(23)).isCloseTo(0.448, within(0.001));
        Estimate median = survival.quantileMs(0.5);
        assertThat(median.value()).isEqualTo(23);
        assertThat(median.low()).isEqualTo(13);
        assertThat(median.high()).isInfinite();
    }

    @Property(tries = 300)
    void equalsTheEmpiricalDistributionWithoutCensoring(
            @ForAll @Size(min = 8, max = 60) List<@LongRange(max = 1_000) Long> lengths) {
        Survival survival = Survival.of(
                lengths.stream().map(length -> new Observation(length, true)).toList());

        for (long length : lengths) {
            double longer = lengths.stream().filter(other -> other > length).count() / (double) lengths.size();
            assertThat(survival.shareLongerThan(length)).isCloseTo(longer, within(1e-9));
        }
        assertThat(survival.longestMs()).isEqualTo(Collections.max(lengths));
    }

    /** The insights {@code period-length} and {@code resumption-lag}, and the time to the first flow. */
    @Test
    void intervalsMissTheMedianNoMoreOftenThanTheyState() {
        for (int periods : new int[] {15, 60, 300}) {
            Simulation misses = Simulation.run("misses, median of " + periods + " durations", 4_000, random -> {
                List<Observation> observations = new ArrayList<>();
                for (int i = 0; i < periods; i++) {
                    long length = (long) (-600_000 * Math.log(1 - random.nextDouble()));
                    long watched = (long) (2_000_000 * random.nextDouble());
                    observations.add(new Observation(Math.min(length, watched), length <= watched));
                }
                Survival survival = Survival.of(observations);
                if (survival.endsMissing() > 0) {
                    return false;
                }
                Estimate median = survival.quantileMs(0.5);
                double truth = 600_000 * Math.log(2);
                return truth < median.low() || truth > median.high();
            });
            assertThat(misses.atLeast()).as(misses.toString()).isLessThanOrEqualTo(0.05);
        }
    }

    @Test
    void reportsMissingEndsOnly() {
        Survival survival = Survival.of(List.of(new Observation(5, true), new Observation(9, false)));

        assertThat(survival.endsMissing()).isEqualTo(Survival.ENDS_MIN - 1);
        assertThatIllegalStateException().isThrownBy(() -> survival.quantileMs(0.5));
    }

    private static List<Observation> remissions(int[] ended, int[] censored) {
        List<Observation> observations = new ArrayList<>();
        Arrays.stream(ended).forEach(week -> observations.add(new Observation(week, true)));
        Arrays.stream(censored).forEach(week -> observations.add(new Observation(week, false)));
        return observations;
    }
}
