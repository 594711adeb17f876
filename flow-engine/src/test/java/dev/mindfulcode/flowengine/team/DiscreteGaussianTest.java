package dev.mindfulcode.flowengine.team;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.math.BigInteger;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DiscreteGaussianTest {

    private static final int SAMPLES = 60_000;

    /** Of a bin, so that the statistic is near its limit distribution. */
    private static final double EXPECTED_MIN = 8;

    /** Fixed seeds: each row passes always or never. The last row is the noise of a day's active seconds. */
    @ParameterizedTest
    @CsvSource({"1, 9", "1, 2", "1, 1", "7, 3", "81, 4", "10000, 1", "518400000, 1"})
    void samplesFitTheDistribution(long numerator, long denominator) {
        DiscreteGaussian gaussian = gaussian(numerator, denominator);
        NoiseBits bits = seeded(numerator + denominator);
        double variance = (double) numerator / denominator;
        long width = Math.max(1, Math.round(Math.sqrt(variance) / 5));
        Map<Long, Integer> observed = new HashMap<>();
        for (int i = 0; i < SAMPLES; i++) {
            observed.merge(Math.floorDiv(gaussian.sample(bits).longValueExact(), width), 1, Integer::sum);
        }

        double statistic = 0;
        int bins = 0;
        double restExpected = SAMPLES;
        int restObserved = SAMPLES;
        double total = mass(variance, -reach(variance), reach(variance));
        for (long bin = -reach(variance) / width; bin <= reach(variance) / width; bin++) {
            double expected = SAMPLES * mass(variance, bin * width, bin * width + width - 1) / total;
            if (expected >= EXPECTED_MIN) {
                int found = observed.getOrDefault(bin, 0);
                statistic += (found - expected) * (found - expected) / expected;
                restExpected -= expected;
                restObserved -= found;
                bins++;
            }
        }
        // The tails are one more bin.
        statistic += (restObserved - restExpected) * (restObserved - restExpected) / Math.max(restExpected, 1e-3);
        assertThat(statistic).as("chi-square of %d bins", bins).isLessThan(quantile999(bins));
    }

    /** The share beyond each distance is that of the distribution, as far out as it can be counted. */
    @Test
    void tailsHaveTheirExactWeight() {
        DiscreteGaussian gaussian = gaussian(9, 1);
        NoiseBits bits = seeded(4);
        int samples = 400_000;
        int[] beyond = new int[20];
        for (int i = 0; i < samples; i++) {
            int distance = gaussian.sample(bits).abs().intValueExact();
            for (int d = 0; d <= Math.min(distance, beyond.length - 1); d++) {
                beyond[d]++;
            }
        }
        double total = mass(9, -200, 200);
        for (int distance = 1; distance <= 13; distance++) {
            double expected = 2 * samples * mass(9, distance, 200) / total;
            assertThat((double) beyond[distance])
                    .as("at %d, %.1f standard deviations", distance, distance / 3.0)
                    .isCloseTo(expected, within(4 * Math.sqrt(expected) + 1));
        }
        assertThat(beyond[12])
                .as("at four standard deviations there is something")
                .isPositive();
    }

    /** Bernoulli(exp(-γ)) by exhaustion: all eight-bit draws of a quotient with the denominator 256. */
    @Test
    void firstDrawDecidesLikeTheSeriesOfTheExponential() {
        int trueAtOnce = 0;
        for (int first = 0; first < 256; first++) {
            int draw = first;
            int[] calls = {0};
            NoiseBits bits = count -> {
                calls[0]++;
                return count == 1 ? new byte[] {(byte) draw} : new byte[] {1, (byte) 0xff};
            };
            if (DiscreteGaussian.isExpOf(BigInteger.valueOf(64), BigInteger.valueOf(256), bits) && calls[0] == 1) {
                trueAtOnce++;
            }
        }
        assertThat(trueAtOnce).as("1 - γ, the first two terms").isEqualTo(192);
    }

    @Test
    void bernoulliHasItsProbability() {
        NoiseBits bits = seeded(9);
        int samples = 100_000;
        for (long[] quotient : new long[][] {{0, 1}, {1, 3}, {1, 1}, {7, 3}, {1_000_003, 500_001}}) {
            int hits = 0;
            for (int i = 0; i < samples; i++) {
                hits += DiscreteGaussian.isExpOf(BigInteger.valueOf(quotient[0]), BigInteger.valueOf(quotient[1]), bits)
                        ? 1
                        : 0;
            }
            assertThat((double) hits / samples).isCloseTo(Math.exp(-(double) quotient[0] / quotient[1]), within(0.005));
        }
    }

    @Test
    void uniformStaysBelowItsBoundAndReachesAll() {
        NoiseBits bits = seeded(2);
        int[] counts = new int[10];
        for (int i = 0; i < 20_000; i++) {
            counts[DiscreteGaussian.uniform(BigInteger.TEN, bits).intValueExact()]++;
        }
        for (int count : counts) {
            assertThat(count).isBetween(1_800, 2_200);
        }
        assertThat(DiscreteGaussian.uniform(BigInteger.ONE, _ -> new byte[0])).isZero();
    }

    @Test
    void marginIsAlmostTwoStandardDeviations() {
        assertThat(gaussian(100 * 100, 1).margin()).isEqualTo(196);
        assertThat(gaussian(1, 1).margin()).isEqualTo(2);
        assertThat(gaussian(518_400_000, 1).margin()).isEqualTo(44_627);
        assertThat(gaussian(9, 2).variance()).isEqualTo(4.5);
    }

    @Test
    void rejectsDegenerateVariances() {
        assertThatThrownBy(() -> gaussian(0, 1)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> gaussian(1, 0)).isInstanceOf(IllegalArgumentException.class);
    }

    /** The production source of bits. {@link java.util.Random} would fail: its bytes are correlated. */
    private static NoiseBits seeded(long seed) {
        return new TeamNoise(new byte[TeamNoise.KEY_BYTES_MIN], new UUID(0, seed))
                .bits(WindowSize.DAY, 0, TeamFigure.ACTIVE_SECONDS, 0);
    }

    private static DiscreteGaussian gaussian(long numerator, long denominator) {
        return new DiscreteGaussian(BigInteger.valueOf(numerator), BigInteger.valueOf(denominator));
    }

    private static long reach(double variance) {
        return (long) Math.ceil(9 * Math.sqrt(variance)) + 2;
    }

    private static double mass(double variance, long from, long to) {
        double mass = 0;
        for (long x = from; x <= to; x++) {
            mass += Math.exp(-(double) x * x / (2 * variance));
        }
        return mass;
    }

    /** The 99.9 % quantile of the chi-square distribution by Wilson and Hilferty. */
    private static double quantile999(int degrees) {
        double part = 2.0 / (9 * degrees);
        return degrees * Math.pow(1 - part + 3.0902 * Math.sqrt(part), 3);
    }
}
