package dev.mindfulcode.engine.insight;

/** Means and shares with their 95 % intervals. */
final class Means {
    private Means() {}

    /** Mean with Student's interval, held within bounds; of two values at least. */
    static Estimate of(double[] values, double min, double max) {
        int n = values.length;
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        double mean = Math.clamp(sum / n, min, max);
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        double reach = student(n - 1) * Math.sqrt(squares / (n - 1) / n);
        return new Estimate(mean, Math.clamp(mean - reach, min, mean), Math.clamp(mean + reach, mean, max), n);
    }

    /** Two-sided 95 % quantile of Student's t from the normal one (Abramowitz and Stegun 26.7.5); within 1 % from 4 degrees on. */
    private static double student(int degrees) {
        double z = Estimate.Z95;
        double cubed = z * z * z;
        return z + (cubed + z) / (4 * degrees) + (5 * cubed * z * z + 16 * cubed + 3 * z) / (96.0 * degrees * degrees);
    }

    /** Share of trials with Wilson's score interval (JASA 22, 1927), which is never empty. */
    static Estimate share(int successes, int trials) {
        double share = (double) successes / trials;
        double squared = Estimate.Z95 * Estimate.Z95;
        double scale = 1 + squared / trials;
        double centre = (share + squared / (2 * trials)) / scale;
        double reach =
                Estimate.Z95 * Math.sqrt(share * (1 - share) / trials + squared / (4.0 * trials * trials)) / scale;
        return new Estimate(share, Math.clamp(centre - reach, 0, share), Math.clamp(centre + reach, share, 1), trials);
    }
}
