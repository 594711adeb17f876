package dev.mindfulcode.flowengine.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Random;
import java.util.stream.LongStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TrendProperties {

    @Property(tries = 200)
    void recoversTheSlopeOfALine(
            @ForAll @DoubleRange(min = -5, max = 5) double slope, @ForAll @IntRange(min = 12, max = 104) int n) {
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            values[i] = 3 + slope * i;
        }

        Estimate trend = Trend.of(weeks(n), values).slope();

        assertThat(trend.value()).isCloseTo(slope, within(1e-9));
        assertThat(trend.high() - trend.low()).isCloseTo(0, within(1e-9));
    }

    @Test
    void isRobustAgainstOneOutlier() {
        Estimate trend = Trend.of(weeks(12), new double[] {1, 2, 3, 4, 500, 6, 7, 8, 9, 10, 11, 12})
                .slope();

        assertThat(trend.value()).isCloseTo(1, within(0.01));
    }

    /** A quarter without activity is a gap, not a step from one week to the next. */
    @Test
    void missingWeeksKeepTheirPlace() {
        long[] weeks = {1, 2, 3, 4, 5, 6, 18, 19, 20, 21, 22, 23};
        double[] values = Arrays.stream(weeks).mapToDouble(week -> 2.0 * week).toArray();

        assertThat(Trend.of(weeks, values).slope().value()).isCloseTo(2, within(1e-9));
    }

    @Test
    void usesTheLatestTwoYears() {
        double[] values = new double[130];
        for (int i = 0; i < values.length; i++) {
            values[i] = Math.abs(i - 26);
        }

        assertThat(Trend.of(weeks(130), values).slope()).isEqualTo(new Estimate(1, 1, 1, Trend.VALUES_MAX));
    }

    @Test
    void rejectsFewWeeks() {
        assertThatIllegalArgumentException().isThrownBy(() -> Trend.of(weeks(11), new double[11]));
        assertThatIllegalArgumentException().isThrownBy(() -> Trend.of(weeks(12), new double[13]));
    }

    /** Weeks resemble their neighbours; a tenth of them is missing. */
    @ParameterizedTest
    @CsvSource({"12, 0", "12, 0.5", "26, 0.5", "52, 0", "52, 0.3", "52, 0.5", "52, 0.6"})
    void fluctuationIsSeldomATrend(int n, double correlation) {
        String of = n + " weeks, correlation " + correlation;
        Simulation alarms = Simulation.run("false alarms, trend, " + of, 2_000, random -> {
            Estimate slope = fluctuation(random, n, correlation, 0).slope();
            return slope.low() > 0 || slope.high() < 0;
        });
        assertThat(alarms.atMost()).as(alarms.toString()).isLessThanOrEqualTo(0.05);
        Simulation power = Simulation.run(
                "power, trend, " + of,
                500,
                random -> fluctuation(random, n, correlation, 4).slope().low() > 0);
        assertThat(power.share()).as(power.toString()).isGreaterThan(n < 26 ? 0.05 : 0.3);
    }

    /** @param rise over all weeks, in standard deviations of a week */
    private static Trend fluctuation(Random random, int n, double correlation, double rise) {
        long[] weeks = new long[n];
        double[] values = new double[n];
        double wave = random.nextGaussian();
        for (int i = 0; i < n; i++) {
            boolean isAfterGap = i > 0 && random.nextInt(10) == 0;
            weeks[i] = i == 0 ? 0 : weeks[i - 1] + (isAfterGap ? 2 : 1);
            for (int step = isAfterGap ? 0 : 1; step < 2; step++) {
                wave = correlation * wave + Math.sqrt(1 - correlation * correlation) * random.nextGaussian();
            }
            values[i] = wave + rise * i / n;
        }
        return Trend.of(weeks, values);
    }

    private static long[] weeks(int n) {
        return LongStream.range(0, n).toArray();
    }
}
