package dev.mindfulcode.flowengine.insight;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class TrendProperties {

    @Property(tries = 200)
    void recoversTheSlopeOfALine(
            @ForAll @DoubleRange(min = -5, max = 5) double slope, @ForAll @IntRange(min = 5, max = 104) int n) {
        double[] values = new double[n];
        for (int i = 0; i < n; i++) {
            values[i] = 3 + slope * i;
        }

        Estimate trend = Trend.slope(values);

        assertThat(trend.value()).isCloseTo(slope, within(1e-9));
        assertThat(trend.high() - trend.low()).isCloseTo(0, within(1e-9));
    }

    @Test
    void isRobustAgainstOneOutlier() {
        Estimate trend = Trend.slope(1, 2, 3, 4, 500, 6, 7, 8, 9, 10);

        assertThat(trend.value()).isCloseTo(1, within(0.01));
    }

    @Property(tries = 20)
    void noiseSeldomHasATrend(@ForAll long seed) {
        Random random = new Random(seed);
        int falseAlarms = 0;
        for (int trial = 0; trial < 200; trial++) {
            double[] weeks = random.doubles(12).toArray();
            Estimate trend = Trend.slope(weeks);
            falseAlarms += trend.low() > 0 || trend.high() < 0 ? 1 : 0;
        }
        assertThat(falseAlarms).isLessThanOrEqualTo(24);
    }
}
