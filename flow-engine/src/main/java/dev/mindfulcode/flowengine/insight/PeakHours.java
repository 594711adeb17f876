package dev.mindfulcode.flowengine.insight;

import java.util.ArrayList;
import java.util.List;

/**
 * The hours of the day at which somebody's flow intensity is higher than their own average.
 *
 * <p>One observation is one hour of one day: minutes of an hour are too alike to count on their own. Each hour is
 * shrunk toward the person's mean ({@link GroupMeans}). An hour is a peak only where its whole interval lies above the
 * mean.
 *
 * @param mean intensity over all hours, 0 to 1; 0 without observations
 * @param hours those with observations, by hour
 * @param observationsMissing how many more are needed, of hours seen before, until anything is said; 0 where there are
 *     enough
 */
public record PeakHours(double mean, List<Hour> hours, int observationsMissing) {

    /** Observations beside the first of each hour ({@link GroupMeans#repeats}): fewer and every hour is a guess. */
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

    /** Finds the peaks; with fewer repeats than {@link #OBSERVATIONS_MIN} no hour is given. */
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
        int missing = OBSERVATIONS_MIN - GroupMeans.repeats(count);
        if (missing > 0) {
            return new PeakHours(n == 0 ? 0 : total / n, List.of(), missing);
        }
        double squares = 0;
        for (Observation observation : observations) {
            double deviation = observation.intensity() - sum[observation.hour()] / count[observation.hour()];
            squares += deviation * deviation;
        }
        GroupMeans means = new GroupMeans(count, sum, squares);
        List<Hour> hours = new ArrayList<>();
        for (int hour = 0; hour < 24; hour++) {
            if (count[hour] > 0) {
                hours.add(new Hour(hour, means.estimate(hour), means.isAbove(hour)));
            }
        }
        return new PeakHours(means.mean(), List.copyOf(hours), 0);
    }
}
