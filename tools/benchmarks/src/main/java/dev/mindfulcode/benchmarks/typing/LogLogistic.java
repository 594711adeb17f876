package dev.mindfulcode.benchmarks.typing;

/**
 * The three-parameter (shifted) log-logistic distribution of a duration in milliseconds: what keystroke intervals look
 * like (González et al., Heliyon 2021, 10.1016/j.heliyon.2021.e08413). Its quantile function is
 * {@code threshold + scale · (p / (1 − p))^spread}.
 *
 * @param thresholdMs the shift; no value is below it
 * @param scaleMs the median's distance from the threshold, above 0
 * @param spread above 0; one over the shape parameter of the literature
 */
record LogLogistic(double thresholdMs, double scaleMs, double spread) {

    private static final double LN_9 = Math.log(9);
    private static final double SPREAD_MIN = 0.05;

    LogLogistic {
        if (!(scaleMs > 0) || !(spread > 0)) {
            throw new IllegalArgumentException("scale " + scaleMs + " and spread " + spread + " must be above 0");
        }
    }

    /** Returns the only distribution with these deciles: closed form, and blind to what a few outliers do. */
    static LogLogistic ofDeciles(double q10Ms, double q50Ms, double q90Ms) {
        double below = Math.max(q50Ms - q10Ms, 1);
        double spread = Math.max(Math.log(Math.max(q90Ms - q50Ms, 1) / below) / LN_9, SPREAD_MIN);
        double scale = below / (1 - Math.pow(9, -spread));
        return new LogLogistic(q50Ms - scale, scale, spread);
    }

    double quantile(double p) {
        return thresholdMs + scaleMs * Math.pow(p / (1 - p), spread);
    }

    double cumulative(double ms) {
        return ms <= thresholdMs ? 0 : 1 / (1 + Math.pow((ms - thresholdMs) / scaleMs, -1 / spread));
    }

    /**
     * Returns the value at the fraction {@code u} in (0, 1) of the part of this distribution between the two bounds.
     */
    double quantileBetween(double lowMs, double highMs, double u) {
        double low = cumulative(lowMs);
        double high = cumulative(highMs);
        return Math.clamp(quantile(low + (high - low) * u), lowMs, highMs);
    }
}
