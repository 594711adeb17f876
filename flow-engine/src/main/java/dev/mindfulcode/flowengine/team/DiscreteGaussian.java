package dev.mindfulcode.flowengine.team;

import java.math.BigInteger;

/**
 * The discrete Gaussian distribution over the integers with a rational parameter σ², sampled exactly: P(x) is
 * proportional to exp(-x²/2σ²). Algorithms 1 to 3 of Canonne, Kamath and Steinke, "The Discrete Gaussian for
 * Differential Privacy", NeurIPS 2020.
 *
 * <p>Decisions use integers only. Floating-point noise has gaps in its lower bits that reveal the value (Mironov, CCS
 * 2012). The number of bytes that a sample needs depends on the sample, so samples are drawn where nobody measures
 * their time. Immutable.
 */
public final class DiscreteGaussian {

    /** Two-sided 95 % quantile of the normal distribution, rounded up, in thousandths. */
    private static final BigInteger Z95_MILLIS = BigInteger.valueOf(1_960);

    private static final BigInteger MILLION = BigInteger.valueOf(1_000_000);

    private final BigInteger numerator;
    private final BigInteger denominator;

    /** The parameter of the discrete Laplace distribution that is sampled first: floor(σ) + 1. */
    private final BigInteger laplaceScale;

    /** @param numerator of σ², positive, as is the denominator */
    public DiscreteGaussian(BigInteger numerator, BigInteger denominator) {
        if (numerator.signum() <= 0 || denominator.signum() <= 0) {
            throw new IllegalArgumentException(
                    "variance is " + numerator + "/" + denominator + "; both must be positive");
        }
        BigInteger divisor = numerator.gcd(denominator);
        this.numerator = numerator.divide(divisor);
        this.denominator = denominator.divide(divisor);
        this.laplaceScale = this.numerator.divide(this.denominator).sqrt().add(BigInteger.ONE);
    }

    /** Returns the half-width of the interval that contains 95 % of the samples, rounded up. */
    public long margin() {
        BigInteger squared = Z95_MILLIS.pow(2).multiply(numerator);
        BigInteger millionths = denominator.multiply(MILLION);
        BigInteger floor = squared.divide(millionths).sqrt();
        boolean isExact = floor.pow(2).multiply(millionths).equals(squared);
        return (isExact ? floor : floor.add(BigInteger.ONE)).longValueExact();
    }

    /** Returns σ² rounded to a floating-point number, for intervals and not for sampling. */
    public double variance() {
        return numerator.doubleValue() / denominator.doubleValue();
    }

    /** Draws a sample (algorithm 3). */
    public BigInteger sample(NoiseBits bits) {
        // |y| - σ²/t over σ, squared and halved: (|y| d t - n)² / (2 n d t²) with σ² = n/d.
        BigInteger scaled = denominator.multiply(laplaceScale);
        BigInteger below =
                numerator.multiply(denominator).multiply(laplaceScale.pow(2)).shiftLeft(1);
        while (true) {
            BigInteger candidate = laplace(laplaceScale, bits);
            BigInteger distance = candidate.abs().multiply(scaled).subtract(numerator);
            if (isExpOf(distance.pow(2), below, bits)) {
                return candidate;
            }
        }
    }

    /** Draws from the discrete Laplace distribution, P(x) proportional to exp(-|x|/t) (algorithm 2 with s = 1). */
    static BigInteger laplace(BigInteger scale, NoiseBits bits) {
        while (true) {
            BigInteger rest = uniform(scale, bits);
            if (!isExpOf(rest, scale, bits)) {
                continue;
            }
            BigInteger wholes = BigInteger.ZERO;
            while (isExpOf(BigInteger.ONE, BigInteger.ONE, bits)) {
                wholes = wholes.add(BigInteger.ONE);
            }
            BigInteger magnitude = rest.add(scale.multiply(wholes));
            boolean isNegative = uniform(BigInteger.TWO, bits).signum() == 0;
            if (!isNegative || magnitude.signum() != 0) {
                return isNegative ? magnitude.negate() : magnitude;
            }
        }
    }

    /** Returns true with probability exp(-numerator/denominator) (algorithm 1). */
    static boolean isExpOf(BigInteger numerator, BigInteger denominator, NoiseBits bits) {
        BigInteger[] parts = numerator.divideAndRemainder(denominator);
        for (BigInteger whole = parts[0]; whole.signum() > 0; whole = whole.subtract(BigInteger.ONE)) {
            if (!isExpOfFraction(BigInteger.ONE, BigInteger.ONE, bits)) {
                return false;
            }
        }
        return isExpOfFraction(parts[1], denominator, bits);
    }

    /** As {@link #isExpOf} for a quotient between 0 and 1: the first failure of Bernoulli(γ/k), k = 1, 2, … is odd. */
    private static boolean isExpOfFraction(BigInteger numerator, BigInteger denominator, NoiseBits bits) {
        BigInteger divisor = denominator;
        boolean isOdd = true;
        while (uniform(divisor, bits).compareTo(numerator) < 0) {
            divisor = divisor.add(denominator);
            isOdd = !isOdd;
        }
        return isOdd;
    }

    /** Returns a uniform integer from 0 to below a bound, by rejection. */
    static BigInteger uniform(BigInteger bound, NoiseBits bits) {
        int bitLength = bound.subtract(BigInteger.ONE).bitLength();
        if (bitLength == 0) {
            return BigInteger.ZERO;
        }
        int spareBits = -bitLength & 7;
        while (true) {
            byte[] bytes = bits.next((bitLength + 7) / 8);
            bytes[0] &= (byte) (0xff >>> spareBits);
            BigInteger drawn = new BigInteger(1, bytes);
            if (drawn.compareTo(bound) < 0) {
                return drawn;
            }
        }
    }
}
