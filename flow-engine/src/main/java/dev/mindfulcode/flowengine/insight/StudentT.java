package dev.mindfulcode.flowengine.insight;

/** Two-sided 95 % quantiles and one-sided tails of Student's t distribution. */
final class StudentT {

    private static final double PROBABILITY = 0.95;

    /** From here on the series of {@link #expanded} is within 2e-6 of the exact quantile. */
    private static final int EXACT_DEGREES_MAX = 100;

    private static final double[] EXACT = exact();

    private StudentT() {}

    /** @param degrees degrees of freedom, at least 1 */
    static double quantile95(int degrees) {
        return degrees <= EXACT_DEGREES_MAX ? EXACT[degrees] : expanded(degrees);
    }

    /** Returns the one-sided probability P(T ≥ t). */
    static double tail(double t, int degrees) {
        double beyond = (1 - centralProbability(StrictMath.atan(Math.abs(t) / StrictMath.sqrt(degrees)), degrees)) / 2;
        return Math.clamp(t < 0 ? 1 - beyond : beyond, 0, 1);
    }

    private static double[] exact() {
        double[] quantiles = new double[EXACT_DEGREES_MAX + 1];
        for (int degrees = 1; degrees <= EXACT_DEGREES_MAX; degrees++) {
            quantiles[degrees] = inverted(degrees);
        }
        return quantiles;
    }

    /** Bisects the angle θ = atan(t / √degrees), in which the distribution function rises from 0 to 1 over 0 to π/2. */
    private static double inverted(int degrees) {
        double low = 0;
        double high = Math.PI / 2;
        while (true) {
            double middle = (low + high) / 2;
            if (middle == low || middle == high) {
                return StrictMath.sqrt(degrees) * StrictMath.tan(middle);
            }
            if (centralProbability(middle, degrees) < PROBABILITY) {
                low = middle;
            } else {
                high = middle;
            }
        }
    }

    /** Returns P(|T| ≤ t), exact for whole degrees of freedom (Abramowitz and Stegun 26.7.3 and 26.7.4). */
    private static double centralProbability(double angle, int degrees) {
        boolean isOdd = degrees % 2 == 1;
        double sine = StrictMath.sin(angle);
        double cosine = StrictMath.cos(angle);
        double term = isOdd ? cosine : 1;
        double sum = degrees == 1 ? 0 : term;
        for (int power = isOdd ? 3 : 2; power <= degrees - 2; power += 2) {
            term *= (power - 1.0) / power * cosine * cosine;
            sum += term;
        }
        return isOdd ? 2 / Math.PI * (angle + sine * sum) : sine * sum;
    }

    /** Expands the quantile around that of the normal distribution (Abramowitz and Stegun 26.7.5). */
    private static double expanded(int degrees) {
        double z = Estimate.Z95;
        double cubed = z * z * z;
        return z
                + (cubed + z) / (4.0 * degrees)
                + (5 * cubed * z * z + 16 * cubed + 3 * z) / (96.0 * degrees * degrees);
    }
}
