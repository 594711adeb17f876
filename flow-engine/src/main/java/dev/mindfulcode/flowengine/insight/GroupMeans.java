package dev.mindfulcode.flowengine.insight;

import java.util.Arrays;

/**
 * Means of groups, shrunk toward the overall mean by normal–normal empirical Bayes, with the moment estimator of
 * DerSimonian and Laird (Controlled Clinical Trials 7, 1986) for the variance between groups. Intervals include the
 * overall mean's uncertainty (Morris, JASA 78, 1983), so groups without differences are not reported as certain. The
 * variance within groups is inflated by {@link SerialDependence}.
 */
final class GroupMeans {

    /** Lower bound of the variance, so that identical observations do not give certainty. */
    private static final double WITHIN_VARIANCE_MIN = 1e-4;

    private final int[] count;
    private final double[] sum;
    private final double withinVariance;
    private final double betweenVariance;
    private final double mean;
    private final double meanVariance;
    private final int degrees;
    private final int groups;

    /**
     * Returns the degrees of freedom within groups: all observations but the first of each group.
     */
    static int repeats(int[] count) {
        int repeats = 0;
        for (int of : count) {
            repeats += Math.max(0, of - 1);
        }
        return repeats;
    }

    /**
     * @param count number of observations of each group
     * @param sum sum of each group's observations, each 0 to 1
     * @param groupOf group of each observation, in order of time
     * @param value of each observation, 0 to 1
     */
    GroupMeans(int[] count, double[] sum, int[] groupOf, double[] value) {
        this.count = count;
        this.sum = sum;
        this.groups = (int) Arrays.stream(count).filter(n -> n > 0).count();
        int repeats = Math.max(1, repeats(count));
        double[] deviation = new double[groupOf.length];
        double squares = 0;
        for (int i = 0; i < groupOf.length; i++) {
            deviation[i] = value[i] - sum[groupOf[i]] / count[groupOf[i]];
            squares += deviation[i] * deviation[i];
        }
        double variance = squares / repeats;
        double inflation = dependence(groupOf, deviation, variance).inflationBy(variance);
        this.degrees = (int) Math.max(1, repeats / inflation);
        this.withinVariance = Math.max(WITHIN_VARIANCE_MIN, inflation * variance);
        this.betweenVariance = betweenVariance(groups);
        double weights = 0;
        double weighted = 0;
        for (int group = 0; group < count.length; group++) {
            if (count[group] > 0) {
                double weight = 1 / (betweenVariance + withinVariance / count[group]);
                weights += weight;
                weighted += weight * sum[group] / count[group];
            }
        }
        this.mean = clamp(weighted / weights);
        this.meanVariance = 1 / weights;
    }

    /** A group's own mean is subtracted, so the product of two independent deviations is −variance/count on average. */
    private SerialDependence dependence(int[] groupOf, double[] deviation, double variance) {
        double[] previous = new double[count.length];
        Arrays.fill(previous, Double.NaN);
        SerialDependence dependence = new SerialDependence();
        for (int i = 0; i < groupOf.length; i++) {
            int group = groupOf[i];
            if (Double.isNaN(previous[group])) {
                dependence.add(deviation[i]);
            } else {
                dependence.add(previous[group], deviation[i], variance / count[group]);
            }
            previous[group] = deviation[i];
        }
        return dependence;
    }

    double mean() {
        return mean;
    }

    /** Returns the shrunk mean of a group with observations. */
    Estimate estimate(int group) {
        double ownVariance = withinVariance / count[group];
        double trust = betweenVariance / (betweenVariance + ownVariance);
        double value = clamp(mean + trust * (sum[group] / count[group] - mean));
        double reach = StudentT.quantile95(degrees)
                * Math.sqrt(trust * ownVariance + (1 - trust) * (1 - trust) * meanVariance);
        return new Estimate(value, clamp(value - reach), clamp(value + reach), count[group]);
    }

    /**
     * Returns the one-sided probability that any group is as far above the observations of the others as this one if no
     * group differs.
     */
    double aboveP(int group) {
        int others = 0;
        double sumOfOthers = 0;
        for (int other = 0; other < count.length; other++) {
            others += other == group ? 0 : count[other];
            sumOfOthers += other == group ? 0 : sum[other];
        }
        if (others == 0) {
            return 1;
        }
        double distance = sum[group] / count[group] - sumOfOthers / others;
        double t = distance / Math.sqrt(withinVariance * (1.0 / count[group] + 1.0 / others));
        return Math.min(1, groups * StudentT.tail(t, degrees));
    }

    private double betweenVariance(int seen) {
        double weights = 0;
        double squaredWeights = 0;
        double weighted = 0;
        for (int group = 0; group < count.length; group++) {
            double weight = count[group] / withinVariance;
            weights += weight;
            squaredWeights += weight * weight;
            weighted += sum[group] / withinVariance;
        }
        double fixedMean = weighted / weights;
        double q = 0;
        for (int group = 0; group < count.length; group++) {
            if (count[group] > 0) {
                double deviation = sum[group] / count[group] - fixedMean;
                q += count[group] / withinVariance * deviation * deviation;
            }
        }
        double scale = weights - squaredWeights / weights;
        return scale <= 0 ? 0 : Math.max(0, (q - (seen - 1)) / scale);
    }

    private static double clamp(double value) {
        return Math.max(0, Math.min(1, value));
    }
}
