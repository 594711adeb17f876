package dev.mindfulcode.flowengine.insight;

import java.util.ArrayList;
import java.util.List;

/**
 * The hours of the day at which a person's flow intensity is above their own average.
 *
 * <p>One observation is one hour of one day, as the minutes of an hour are correlated. Each hour is shrunk toward the
 * person's mean ({@link GroupMeans}). A peak is an hour above the mean of the others by more than chance explains, all
 * hours being compared at once ({@link Significance}).
 *
 * @param mean mean intensity, 0 to 1; 0 without observations
 * @param hours hours with observations, ascending
 * @param observationsMissing number of further observations needed in hours that have one already
 */
public record PeakHours(double mean, List<Hour> hours, int observationsMissing) {

    /** Minimum observations, without the first of each hour ({@link GroupMeans#repeats}). */
    public static final int OBSERVATIONS_MIN = 10;

    /**
     * One hour of one day.
     *
     * @param hour 0 to 23, in the person's time zone
     * @param intensity mean over the active time, 0 to 1
     */
    public record Observation(int hour, double intensity) {
        public Observation {
            if (hour < 0 || hour > 23 || !(intensity >= 0 && intensity <= 1)) {
                throw new IllegalArgumentException(
                        "hour is " + hour + ", intensity " + intensity + "; must be 0 to 23, 0 to 1");
            }
        }
    }

    /**
     * The intensity of one hour of the day.
     *
     * @param hour 0 to 23
     * @param intensity shrunk mean with its interval, 0 to 1
     * @param aboveP one-sided probability of any hour as far above the others by chance
     */
    public record Hour(int hour, Estimate intensity, double aboveP) {

        public boolean peak() {
            return Significance.holds(aboveP);
        }
    }

    /**
     * Returns the peaks; without hours below {@link #OBSERVATIONS_MIN}.
     *
     * @param observations in order of time
     */
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
        GroupMeans means = new GroupMeans(
                count,
                sum,
                observations.stream().mapToInt(Observation::hour).toArray(),
                observations.stream().mapToDouble(Observation::intensity).toArray());
        List<Hour> hours = new ArrayList<>();
        for (int hour = 0; hour < 24; hour++) {
            if (count[hour] > 0) {
                hours.add(new Hour(hour, means.estimate(hour), means.aboveP(hour)));
            }
        }
        return new PeakHours(means.mean(), List.copyOf(hours), 0);
    }
}
