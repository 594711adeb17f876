package dev.mindfulcode.engine.insight;

import java.util.ArrayList;
import java.util.List;

/**
 * The hours of the day at which somebody's flow intensity is higher than their own average.
 *
 * <p>One observation is one hour of one day: minutes of an hour are too alike to count on their own. Hours with few observations
 * say little, and the best of 24 noisy means is mostly noise, so each hour is shrunk toward the person's mean by what the data say
 * of the spread between hours: normal–normal empirical Bayes with the moment estimator of DerSimonian and Laird (Controlled
 * Clinical Trials 7, 1986) for the spread. An hour is a peak only where its whole interval lies above the mean.
 *
 * @param mean intensity over all hours, 0 to 1; 0 without observations
 * @param hours those with observations, by hour
 * @param observationsMissing how many more are needed before anything is said; 0 where there are enough
 */
public record PeakHours(double mean, List<Hour> hours, int observationsMissing) {

    /** Two working weeks of one hour a day: fewer and every hour is a guess. */
    public static final int OBSERVATIONS_MIN = 10;

    /**
     * One hour of one day.
     *
     * @param hour 0 to 23, in the person's own time zone
     * @param intensity mean over its active time, 0 to 1
     */
    public record Observation(int hour, double intensity) {
        public Observation {
            if (hour < 0 || hour > 23 || !(intensity >= 0 && intensity <= 1)) {
                throw new IllegalArgumentException("hour 0 to 23 and intensity 0 to 1");
            }
        }
    }

    /**
     * What is known of an hour.
     *
     * @param hour 0 to 23
     * @param intensity shrunk mean with its interval, inside 0 to 1
     * @param peak whether the whole interval lies above the person's mean
     */
    public record Hour(int hour, Estimate intensity, boolean peak) {}

    /** Finds the peaks; with fewer than {@link #OBSERVATIONS_MIN} observations no hour is given. */
    public static PeakHours of(List<Observation> observations) {
        int[] count = new int[24];
        double[] sum = new double[24];
        double total = 0;
        for (Observation observation : observations) {
            count[observation.hour()]++;
            sum[observation.hour()] += observation.intensity();
            total += observation.intensity();
        }
        int n = observations.size();
        if (n < OBSERVATIONS_MIN) {
            return new PeakHours(n == 0 ? 0 : total / n, List.of(), OBSERVATIONS_MIN - n);
        }
        double withinVariance = withinVariance(observations, count, sum);
        double betweenVariance = betweenVariance(count, sum, withinVariance);
        double mean = weightedMean(count, sum, withinVariance, betweenVariance);
        List<Hour> hours = new ArrayList<>();
        for (int hour = 0; hour < 24; hour++) {
            if (count[hour] > 0) {
                hours.add(hour(hour, count[hour], sum[hour] / count[hour], mean, withinVariance, betweenVariance));
            }
        }
        return new PeakHours(mean, List.copyOf(hours), 0);
    }

    private static Hour hour(
            int hour, int count, double ownMean, double mean, double withinVariance, double betweenVariance) {
        double ownVariance = withinVariance / count;
        double trust = betweenVariance / (betweenVariance + ownVariance);
        double value = clamp(mean + trust * (ownMean - mean));
        double deviation = Estimate.Z95 * Math.sqrt(trust * ownVariance);
        Estimate estimate = new Estimate(value, clamp(value - deviation), clamp(value + deviation), count);
        return new Hour(hour, estimate, trust > 0 && estimate.low() > mean);
    }

    /** Pooled over hours; never zero, so that a person of identical days does not become certain. */
    private static double withinVariance(List<Observation> observations, int[] count, double[] sum) {
        double squares = 0;
        for (Observation observation : observations) {
            double deviation = observation.intensity() - sum[observation.hour()] / count[observation.hour()];
            squares += deviation * deviation;
        }
        int hoursSeen = 0;
        for (int c : count) {
            hoursSeen += c > 0 ? 1 : 0;
        }
        return Math.max(1e-4, squares / Math.max(1, observations.size() - hoursSeen));
    }

    private static double betweenVariance(int[] count, double[] sum, double withinVariance) {
        double weights = 0;
        double squaredWeights = 0;
        double weighted = 0;
        int hoursSeen = 0;
        for (int hour = 0; hour < 24; hour++) {
            double weight = count[hour] / withinVariance;
            weights += weight;
            squaredWeights += weight * weight;
            weighted += sum[hour] / withinVariance;
            hoursSeen += count[hour] > 0 ? 1 : 0;
        }
        double mean = weighted / weights;
        double q = 0;
        for (int hour = 0; hour < 24; hour++) {
            if (count[hour] > 0) {
                double deviation = sum[hour] / count[hour] - mean;
                q += count[hour] / withinVariance * deviation * deviation;
            }
        }
        double scale = weights - squaredWeights / weights;
        return scale <= 0 ? 0 : Math.max(0, (q - (hoursSeen - 1)) / scale);
    }

    private static double weightedMean(int[] count, double[] sum, double withinVariance, double betweenVariance) {
        double weights = 0;
        double weighted = 0;
        for (int hour = 0; hour < 24; hour++) {
            if (count[hour] > 0) {
                double weight = 1 / (betweenVariance + withinVariance / count[hour]);
                weights += weight;
                weighted += weight * sum[hour] / count[hour];
            }
        }
        return clamp(weighted / weights);
    }

    private static double clamp(double value) {
        return Math.max(0, Math.min(1, value));
    }
}
