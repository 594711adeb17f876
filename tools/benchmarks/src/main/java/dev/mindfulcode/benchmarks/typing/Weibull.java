package dev.mindfulcode.benchmarks.typing;

/**
 * The Weibull distribution of burst lengths.
 *
 * @param scale above 0
 * @param shape above 0; 1 is the exponential distribution, larger is more regular
 */
record Weibull(double scale, double shape) {

    private static final double SHAPE_MIN = 0.3;
    private static final double SHAPE_MAX = 10;

    static Weibull ofMean(double mean, double shape) {
        return new Weibull(mean / gamma(1 + 1 / shape), shape);
    }

    /** Returns the shape whose standard deviation is this share of the mean. */
    static double shapeOfVariation(double variation) {
        double low = SHAPE_MIN;
        double high = SHAPE_MAX;
        while (high - low > 1e-9) {
            double middle = (low + high) / 2;
            if (variationOf(middle) > variation) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return low;
    }

    double quantile(double p) {
        return scale * Math.pow(-Math.log1p(-p), 1 / shape);
    }

    private static double variationOf(double shape) {
        double first = gamma(1 + 1 / shape);
        return Math.sqrt(Math.max(gamma(1 + 2 / shape) / (first * first) - 1, 0));
    }

    /** The gamma function for x of 1 and more: Stirling's series after shifting the argument up, error below 1e-10. */
    private static double gamma(double x) {
        double shifted = x;
        double divisor = 1;
        while (shifted < 12) {
            divisor *= shifted++;
        }
        double inverse = 1 / shifted;
        double series = inverse / 12 - Math.pow(inverse, 3) / 360 + Math.pow(inverse, 5) / 1260;
        double lnGamma = (shifted - 0.5) * Math.log(shifted) - shifted + 0.5 * Math.log(2 * Math.PI) + series;
        return Math.exp(lnGamma) / divisor;
    }
}
