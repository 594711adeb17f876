package dev.mindfulcode.flowengine.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StudentTTest {

    /** NIST/SEMATECH e-Handbook of Statistical Methods, section 1.3.6.7.2, column 0.975. */
    @ParameterizedTest
    @CsvSource({
        "1, 12.706",
        "2, 4.303",
        "3, 3.182",
        "4, 2.776",
        "5, 2.571",
        "6, 2.447",
        "9, 2.262",
        "10, 2.228",
        "30, 2.042",
        "60, 2.000",
        "99, 1.984",
        "100, 1.984"
    })
    void agreesWithPublishedTables(int degrees, double published) {
        assertThat(StudentT.quantile95(degrees)).isCloseTo(published, within(5e-4));
    }

    @Test
    void agreesWithClosedForms() {
        assertThat(StudentT.quantile95(1)).isCloseTo(Math.tan(0.475 * Math.PI), within(1e-9));
        assertThat(StudentT.quantile95(2)).isCloseTo(0.95 * Math.sqrt(2 / (1 - 0.95 * 0.95)), within(1e-12));
    }

    @Test
    void fallsTowardsTheNormalQuantileWithoutAStep() {
        for (int degrees = 1; degrees < 300; degrees++) {
            assertThat(StudentT.quantile95(degrees + 1))
                    .isLessThan(StudentT.quantile95(degrees))
                    .isGreaterThan(Estimate.Z95);
        }
        assertThat(StudentT.quantile95(1_000_000)).isCloseTo(Estimate.Z95, within(1e-5));
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void intervalsOfFewValuesCover95Percent(int values) {
        Random random = new Random(values);
        int rounds = 40_000;
        int covered = 0;
        for (int i = 0; i < rounds; i++) {
            double[] sample =
                    random.doubles(values).map(_ -> random.nextGaussian()).toArray();
            Estimate mean = Means.of(sample, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
            covered += mean.low() <= 0 && 0 <= mean.high() ? 1 : 0;
        }
        assertThat((double) covered / rounds).isCloseTo(0.95, within(0.005));
    }
}
