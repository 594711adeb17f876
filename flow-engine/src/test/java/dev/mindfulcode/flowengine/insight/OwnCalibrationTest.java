package dev.mindfulcode.flowengine.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mindfulcode.flowengine.insight.OwnCalibration.DayOfLevel;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OwnCalibrationTest {

    private static final int LIVES = 2_000;
    private static final int POSSIBLE_DAYS = 5_000;
    private static final int HORIZON_MINUTES = 10;

    /** A nominal 95 % interval; the simulated share itself varies by half a percentage point. */
    private static final double COVERAGE_MIN = 0.93;

    /**
     * Stretches of work of any length, whose mean differs from day to day: long days have many minutes that continue.
     * A level has a part of the minutes. The interval must contain the mean share of all days that are possible.
     */
    @ParameterizedTest
    @CsvSource({
        "5, 12, 0.0, 1.0",
        "5, 12, 0.7, 0.2",
        "5, 40, 0.7, 1.0",
        "5, 150, 0.7, 0.2",
        "5, 150, 0.0, 1.0",
        "10, 12, 0.7, 1.0",
        "10, 40, 0.7, 0.2",
        "10, 150, 0.7, 1.0",
        "10, 40, 0.0, 0.2",
        "20, 12, 0.7, 0.2",
        "20, 40, 0.7, 1.0",
        "20, 150, 0.7, 0.2",
        "60, 12, 0.7, 1.0",
        "60, 40, 0.7, 0.2",
        "60, 150, 0.7, 1.0",
        "60, 150, 0.0, 0.2"
    })
    void intervalContainsThePersonsOwnShare(int days, int meanMinutes, double spread, double part) {
        Random random = new Random(31 * days + meanMinutes);
        double[] possible = IntStream.range(0, POSSIBLE_DAYS)
                .mapToDouble(_ -> share(random, meanMinutes, spread, part))
                .toArray();
        double truth = Means.mean(possible);
        int contained = 0;
        double width = 0;
        for (int life = 0; life < LIVES; life++) {
            double[] shares = new double[days];
            for (int day = 0; day < days; day++) {
                shares[day] = possible[random.nextInt(POSSIBLE_DAYS)];
            }
            Estimate estimate = OwnCalibration.share(shares);
            contained += estimate.low() <= truth && truth <= estimate.high() ? 1 : 0;
            width += estimate.high() - estimate.low();
        }
        System.out.printf(
                "own calibration, %d days, stretches of %d min (spread %.1f), %.0f %% of the minutes: share %.2f,"
                        + " interval contains it in %.1f %%, width %.2f%n",
                days, meanMinutes, spread, 100 * part, truth, 100.0 * contained / LIVES, width / LIVES);
        assertThat((double) contained / LIVES).isGreaterThan(COVERAGE_MIN);
    }

    /** Returns the share of a day's minutes of a level after which work continued; draws days until one has any. */
    private static double share(Random random, double meanMinutes, double spread, double part) {
        while (true) {
            double mean = meanMinutes * Math.exp(spread * random.nextGaussian() - spread * spread / 2);
            int minutes = 0;
            int continued = 0;
            for (int stretches = 1 + random.nextInt(8); stretches > 0; stretches--) {
                int length = 1 + (int) (-mean * Math.log(1 - random.nextDouble()));
                for (int left = length; left > 0; left--) {
                    if (random.nextDouble() < part) {
                        minutes++;
                        continued += left > HORIZON_MINUTES + 1 ? 1 : 0;
                    }
                }
            }
            if (minutes > 0) {
                return (double) continued / minutes;
            }
        }
    }

    @Test
    void reportsLevelsWithFiveDaysOnly() {
        List<DayOfLevel> days = new ArrayList<>();
        for (int day = 0; day < 5; day++) {
            days.add(new DayOfLevel(4, 10, day, 8, 0.7 + day * 0.01, 0.9));
        }
        days.add(new DayOfLevel(0, 10, 10, 1, 0.1, 0.2));
        OwnCalibration calibration = OwnCalibration.of(days);
        assertThat(calibration.daysMissing()).as("of the levels between").isEqualTo(5);
        OwnCalibration.Level level = calibration.levels().getFirst();
        assertThat(calibration.levels()).hasSize(1);
        assertThat(level.lowest()).isEqualTo(0.7);
        assertThat(level.highest()).isEqualTo(0.9);
        assertThat(level.meanIntensity()).isCloseTo(0.8, within(1e-9));
        assertThat(level.minutes()).isEqualTo(50);
        assertThat(level.continued().value()).isCloseTo(0.2, within(1e-9));
        assertThat(level.continued().samples()).isEqualTo(5);
        assertThat(level.continued().low()).isBetween(0.0, 0.1);
        assertThat(level.continued().high()).isBetween(0.4, 0.8);
    }

    @Test
    void isNotCertainOfWhatNeverFailed() {
        Estimate always = OwnCalibration.share(new double[] {1, 1, 1, 1, 1});
        assertThat(always.value()).isEqualTo(1);
        assertThat(always.low()).isBetween(0.2, 0.6);
        assertThat(OwnCalibration.share(new double[] {0, 0, 0, 0, 0}).high()).isCloseTo(1 - always.low(), within(1e-9));
    }
}
