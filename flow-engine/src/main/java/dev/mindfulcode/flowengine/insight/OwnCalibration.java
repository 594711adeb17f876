package dev.mindfulcode.flowengine.insight;

import java.util.ArrayList;
import java.util.List;

/**
 * Calibration of readings by a person's own outcomes: the share of their minutes of each level of intensity after which
 * work continued, fifteen minutes without a gap of five, which is what the model forecasts. The levels are fifths of
 * their minutes.
 *
 * <p>Minutes of one day resemble each other and are not independent, so a share is the mean over days of each day's
 * share. Its interval is Wilson's with as many observations as would make that mean vary as it does, and with Student's
 * quantile for the number of days.
 *
 * @param levels those with enough days, from low to high intensity
 * @param daysMissing further days needed until all levels have enough
 */
public record OwnCalibration(List<Level> levels, int daysMissing) {

    public static final int LEVELS = 5;

    /** Days with minutes of a level, from which on it is reported. */
    public static final int DAYS_MIN = 5;

    /** A day counts for at most as many observations: few days that agree by chance would otherwise seem certain. */
    private static final int OBSERVATIONS_PER_DAY_MAX = 5;

    /**
     * A day's minutes of one level.
     *
     * @param level 0 to 4, from low to high
     * @param minutes above 0
     * @param continued how many of them work continued after
     * @param intensitySum of the minutes' intensities
     * @param lowest intensity of a minute
     * @param highest intensity of a minute
     */
    public record DayOfLevel(
            int level, int minutes, int continued, double intensitySum, double lowest, double highest) {

        @Override
        public String toString() {
            return "DayOfLevel";
        }
    }

    /**
     * @param lowest intensity of a minute of the level
     * @param highest intensity of a minute of the level
     * @param meanIntensity mean over its minutes
     * @param continued share after which work continued; a sample is a day
     */
    public record Level(double lowest, double highest, double meanIntensity, int minutes, Estimate continued) {}

    public static OwnCalibration of(List<DayOfLevel> days) {
        List<Level> levels = new ArrayList<>();
        int daysMissing = 0;
        for (int level = 0; level < LEVELS; level++) {
            int of = level;
            List<DayOfLevel> itsDays =
                    days.stream().filter(day -> day.level == of).toList();
            daysMissing = Math.max(daysMissing, DAYS_MIN - itsDays.size());
            if (itsDays.size() >= DAYS_MIN) {
                levels.add(level(itsDays));
            }
        }
        return new OwnCalibration(List.copyOf(levels), daysMissing);
    }

    private static Level level(List<DayOfLevel> days) {
        int minutes = days.stream().mapToInt(DayOfLevel::minutes).sum();
        return new Level(
                days.stream().mapToDouble(DayOfLevel::lowest).min().orElseThrow(),
                days.stream().mapToDouble(DayOfLevel::highest).max().orElseThrow(),
                days.stream().mapToDouble(DayOfLevel::intensitySum).sum() / minutes,
                minutes,
                share(days.stream()
                        .mapToDouble(day -> (double) day.continued / day.minutes)
                        .toArray()));
    }

    /** Returns the mean of each day's share with its interval. */
    static Estimate share(double[] shares) {
        double mean = Math.clamp(Means.mean(shares), 0, 1);
        double spread = mean * (1 - mean);
        double observations = shares.length;
        if (spread > 0) {
            double most = (double) OBSERVATIONS_PER_DAY_MAX * shares.length;
            observations = Math.min(most, spread / Means.errorSquared(shares));
        }
        double t = StudentT.quantile95(shares.length - 1);
        double scale = 1 + t * t / observations;
        double centre = (mean + t * t / (2 * observations)) / scale;
        double reach = t * Math.sqrt(spread / observations + t * t / (4 * observations * observations)) / scale;
        return new Estimate(
                mean, Math.clamp(centre - reach, 0, mean), Math.clamp(centre + reach, mean, 1), shares.length);
    }
}
