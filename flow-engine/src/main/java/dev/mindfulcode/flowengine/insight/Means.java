package dev.mindfulcode.flowengine.insight;

/** Means, shares and rates with their 95 % intervals. */
public final class Means {
    private Means() {}

    /** Returns the mean of at least two values with Student's interval, clamped to the bounds. */
    public static Estimate of(double[] values, double min, double max) {
        double mean = Math.clamp(mean(values), min, max);
        double reach = StudentT.quantile95(values.length - 1) * Math.sqrt(errorSquared(values));
        return new Estimate(
                mean, Math.clamp(mean - reach, min, mean), Math.clamp(mean + reach, mean, max), values.length);
    }

    /**
     * Returns the mean of the later values minus that of the earlier ones. Its interval holds for unequal variances and
     * few values (the smaller number of degrees of freedom: Hsu 1938, Scheffé, JASA 65, 1970) and for values that
     * resemble their neighbours ({@link SerialDependence}). Each needs at least two values, in order of time.
     */
    public static Estimate change(double[] earlier, double[] later) {
        SerialDependence dependence = new SerialDependence();
        dependence.addDeviations(earlier);
        dependence.addDeviations(later);
        double squared = dependence.inflation(2) * (errorSquared(earlier) + errorSquared(later));
        double value = mean(later) - mean(earlier);
        double reach = StudentT.quantile95(Math.min(earlier.length, later.length) - 1) * Math.sqrt(squared);
        return new Estimate(value, value - reach, value + reach, earlier.length + later.length);
    }

    /** Returns events per unit of exposure with Byar's interval for Poisson counts (Breslow and Day, IARC 82, 1987). */
    public static Estimate rate(long events, double exposure) {
        double low = events == 0 ? 0 : events * cubed(1 - 1 / (9.0 * events) - Estimate.Z95 / (3 * Math.sqrt(events)));
        double next = events + 1.0;
        double high = next * cubed(1 - 1 / (9 * next) + Estimate.Z95 / (3 * Math.sqrt(next)));
        double value = events / exposure;
        return new Estimate(
                value, Math.clamp(low / exposure, 0, value), Math.max(value, high / exposure), Math.toIntExact(events));
    }

    private static double cubed(double value) {
        return value * value * value;
    }

    static double mean(double[] values) {
        double sum = 0;
        for (double value : values) {
            sum += value;
        }
        return sum / values.length;
    }

    /** Returns the square of the mean's standard error. */
    static double errorSquared(double[] values) {
        double mean = mean(values);
        double squares = 0;
        for (double value : values) {
            squares += (value - mean) * (value - mean);
        }
        return squares / (values.length - 1) / values.length;
    }

    /** Returns the share of successes with Wilson's score interval (JASA 22, 1927). */
    public static Estimate share(int successes, int trials) {
        double share = (double) successes / trials;
        double squared = Estimate.Z95 * Estimate.Z95;
        double scale = 1 + squared / trials;
        double centre = (share + squared / (2 * trials)) / scale;
        double reach =
                Estimate.Z95 * Math.sqrt(share * (1 - share) / trials + squared / (4.0 * trials * trials)) / scale;
        return new Estimate(share, Math.clamp(centre - reach, 0, share), Math.clamp(centre + reach, share, 1), trials);
    }
}
