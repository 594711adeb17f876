package dev.mindfulcode.flowengine.insight;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class PeakHoursProperties {

    @Property(tries = 300)
    void estimatesAreBetweenTheMeansOfHourAndPerson(@ForAll long seed, @ForAll @IntRange(max = 200) int n) {
        Random random = new Random(seed);
        List<PeakHours.Observation> observations = new ArrayList<>();
        double[] sum = new double[24];
        int[] count = new int[24];
        for (int i = 0; i < n; i++) {
            int hour = random.nextInt(24);
            double intensity = random.nextDouble();
            observations.add(new PeakHours.Observation(hour, intensity));
            sum[hour] += intensity;
            count[hour]++;
        }

        PeakHours peaks = PeakHours.of(observations);

        int repeats = n - (int) Arrays.stream(count).filter(of -> of > 0).count();
        assertThat(peaks.hours().isEmpty()).isEqualTo(repeats < PeakHours.OBSERVATIONS_MIN);
        assertThat(peaks.observationsMissing()).isEqualTo(Math.max(0, PeakHours.OBSERVATIONS_MIN - repeats));
        for (PeakHours.Hour hour : peaks.hours()) {
            double own = sum[hour.hour()] / count[hour.hour()];
            assertThat(hour.intensity().low()).isGreaterThanOrEqualTo(0);
            assertThat(hour.intensity().high()).isLessThanOrEqualTo(1);
            assertThat(hour.intensity().value())
                    .isBetween(Math.min(own, peaks.mean()) - 1e-9, Math.max(own, peaks.mean()) + 1e-9);
        }
    }

    @Property(tries = 100)
    void peaksAreRareWithoutDifferences(@ForAll long seed) {
        Random random = new Random(seed);
        List<PeakHours.Observation> observations = new ArrayList<>();
        for (int day = 0; day < 20; day++) {
            for (int hour = 9; hour < 18; hour++) {
                observations.add(new PeakHours.Observation(hour, clamp(0.5 + 0.15 * random.nextGaussian())));
            }
        }

        long peaks = PeakHours.of(observations).hours().stream()
                .filter(PeakHours.Hour::peak)
                .count();

        assertThat(peaks).isLessThanOrEqualTo(2);
    }

    /** With one observation per hour the variance within hours is unknown. */
    @Property(tries = 100)
    void doesNotCompareHoursOfASingleDay(@ForAll long seed, @ForAll @IntRange(max = 9) int more) {
        Random random = new Random(seed);
        List<PeakHours.Observation> observations = new ArrayList<>();
        for (int i = 0; i < 12 + more; i++) {
            observations.add(new PeakHours.Observation(8 + i % 12, random.nextDouble()));
        }

        PeakHours peaks = PeakHours.of(observations);

        assertThat(peaks.hours()).isEmpty();
        assertThat(peaks.observationsMissing()).isEqualTo(10 - more);
    }

    /** Holds with little data, too. */
    @Test
    void fewPeopleWithoutDifferencesHaveAPeak() {
        Random random = new Random(17);
        int withPeak = 0;
        int people = 1_000;
        for (int person = 0; person < people; person++) {
            List<PeakHours.Observation> observations = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                observations.add(new PeakHours.Observation(9 + i % 10, clamp(0.5 + 0.15 * random.nextGaussian())));
            }
            withPeak += PeakHours.of(observations).hours().stream().anyMatch(PeakHours.Hour::peak) ? 1 : 0;
        }
        assertThat((double) withPeak / people).isLessThan(0.1);
    }

    @Test
    void findsAnHourThatIsBetter() {
        Random random = new Random(7);
        List<PeakHours.Observation> observations = new ArrayList<>();
        for (int day = 0; day < 20; day++) {
            for (int hour = 9; hour < 18; hour++) {
                double mean = hour == 10 ? 0.75 : 0.45;
                observations.add(new PeakHours.Observation(hour, clamp(mean + 0.1 * random.nextGaussian())));
            }
        }

        List<Integer> peaks = PeakHours.of(observations).hours().stream()
                .filter(PeakHours.Hour::peak)
                .map(PeakHours.Hour::hour)
                .toList();

        assertThat(peaks).containsExactly(10);
    }

    @Test
    void oneHighHourOfOneDayIsNoPeak() {
        List<PeakHours.Observation> observations = new ArrayList<>();
        Random random = new Random(11);
        for (int day = 0; day < 20; day++) {
            for (int hour = 9; hour < 18; hour++) {
                observations.add(new PeakHours.Observation(hour, clamp(0.5 + 0.15 * random.nextGaussian())));
            }
        }
        observations.add(new PeakHours.Observation(23, 0.7));

        assertThat(PeakHours.of(observations).hours())
                .filteredOn(hour -> hour.hour() == 23)
                .allSatisfy(hour -> assertThat(hour.peak()).isFalse());
    }

    private static double clamp(double value) {
        return Math.max(0, Math.min(1, value));
    }
}
