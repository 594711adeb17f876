package dev.mindfulcode.flowengine.insight;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A statistic that may accompany strain: an indicator, not a diagnosis. None is validated against burnout, and each
 * compares a person with their own past only.
 *
 * @param value in the kind's unit; null while {@code missing} is above 0
 * @param reference the person's own past, 0.5, or no change; 0 while {@code missing} is above 0
 * @param unfavourableP one-sided probability of a value as far on the unfavourable side of the reference by chance; 1
 *     while {@code missing} is above 0
 * @param missing number of further days or weeks with activity needed
 */
public record StrainIndicator(
        Kind kind, @Nullable Estimate value, double reference, double unfavourableP, int missing) {

    /** Number of days that count as recent. */
    public static final int RECENT_DAYS = 14;

    static final int RECENT_DAYS_MIN = 5;

    /** Number of days for long stretches: two weeks of days that resemble each other say too little. */
    public static final int STRETCH_DAYS = 28;

    static final int STRETCH_DAYS_MIN = 10;

    /** The first half defines the usual hours, the second half is compared with. */
    static final int PAST_DAYS_MIN = 20;

    static final int RECENT_WEEKS = 8;

    /** Usual hours are the fewest that contain this share of the earlier active time. A convention. */
    static final double USUAL_SHARE = 0.9;

    /** Minimum length of a long stretch, without five idle minutes. A convention without a peer-reviewed source. */
    public static final long LONG_STRETCH_MS = 2 * 3_600_000;

    /** The kinds of indicators, with unit and source. */
    public enum Kind {
        /**
         * Share, 0 to 1, of the last 14 days' active time at hours outside the person's usual ones, those of the
         * first half of the past; elevated above the same share of its second half. Hours of work in repositories:
         * Claes and others, ICSE 2018; that detachment from work protects: Sonnentag and Fritz, Journal of
         * Organizational Behavior 36, 2015.
         */
        OUTSIDE_USUAL_HOURS,
        /**
         * Share, 0 to 1, of the last 8 active weeks' active time on Saturday and Sunday; elevated above the weeks
         * before. Claes and others, 2018.
         */
        WEEKEND_SHARE,
        /**
         * Share, 0 to 1, of the last 28 days' active days with a stretch of two hours or more without a break of five
         * minutes; elevated above a half. That short breaks go with vigour and less fatigue: Albulescu and others,
         * PLOS ONE 17, 2022.
         */
        LONG_STRETCHES,
        /** Change a week of the share of active time in flow, by one model; elevated below 0. Without a source. */
        FALLING_FLOW,
        /** Change a week of errors a keystroke; elevated above 0. Without a source. */
        RISING_ERRORS,
        /**
         * Change a week of context switches an active hour; elevated above 0. Fragmentation and productivity:
         * Sanchez, SANER 2015.
         */
        RISING_FRAGMENTATION
    }

    /**
     * One day with activity, in the person's time zone.
     *
     * @param epochDay days since 1970-01-01
     * @param activeMsByHour 24 values, 0 or more
     * @param longestStretchMs longest stretch without five idle minutes
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    public record Day(
            long epochDay,
            long[] activeMsByHour,
            long flowMs,
            long keystrokes,
            long errors,
            long contextSwitches,
            long longestStretchMs) {
        public Day {
            if (activeMsByHour.length != 24) {
                throw new IllegalArgumentException(activeMsByHour.length + " hours; must be 24");
            }
        }

        long activeMs() {
            return Arrays.stream(activeMsByHour).sum();
        }

        boolean isWeekend() {
            // 1970-01-01 was a Thursday.
            return Math.floorMod(epochDay + 3, 7) >= 5;
        }

        long week() {
            return weekOf(epochDay);
        }

        /** Returns the number of a day's week, from Monday to Sunday. */
        static long weekOf(long epochDay) {
            return Math.floorDiv(epochDay + 3, 7);
        }
    }

    public boolean isElevated() {
        return Significance.holds(unfavourableP);
    }

    /**
     * Returns all indicators for the days up to this one; ignores days without active time.
     *
     * @param days in order
     * @param modelChangedOn day on which the model in use began to read flow: shares of flow before are not comparable
     */
    public static List<StrainIndicator> of(List<Day> days, long today, long modelChangedOn) {
        List<Day> active = days.stream()
                .filter(day -> day.activeMs() > 0 && day.epochDay() <= today)
                .toList();
        List<Day> ofOneModel = active.stream()
                .filter(day -> day.week() > Day.weekOf(modelChangedOn))
                .toList();
        return List.of(
                outsideUsualHours(active, today),
                weekendShare(active, today),
                longStretches(active, today),
                trend(Kind.FALLING_FLOW, ofOneModel, today, -1, week -> ratio(sum(week, Day::flowMs), activeMs(week))),
                trend(
                        Kind.RISING_ERRORS,
                        active,
                        today,
                        1,
                        week -> ratio(sum(week, Day::errors), sum(week, Day::keystrokes))),
                trend(
                        Kind.RISING_FRAGMENTATION,
                        active,
                        today,
                        1,
                        week -> ratio(sum(week, Day::contextSwitches), activeMs(week) / 3_600_000)));
    }

    private static StrainIndicator outsideUsualHours(List<Day> days, long today) {
        List<Day> recent = days.stream().filter(day -> isRecent(day, today)).toList();
        List<Day> past = days.stream().filter(day -> !isRecent(day, today)).toList();
        int missing = Math.max(RECENT_DAYS_MIN - recent.size(), PAST_DAYS_MIN - past.size());
        if (missing > 0) {
            return missing(Kind.OUTSIDE_USUAL_HOURS, missing);
        }
        // The days that define the usual hours fit them better than any other days, so they are not compared with.
        boolean[] usual = usualHours(past.subList(0, past.size() / 2));
        return compared(
                Kind.OUTSIDE_USUAL_HOURS,
                past.subList(past.size() / 2, past.size()).stream()
                        .mapToDouble(day -> outside(day, usual))
                        .toArray(),
                recent.stream().mapToDouble(day -> outside(day, usual)).toArray());
    }

    private static boolean isRecent(Day day, long today) {
        return day.epochDay() > today - RECENT_DAYS;
    }

    private static boolean[] usualHours(List<Day> past) {
        long[] byHour = new long[24];
        long total = 0;
        for (Day day : past) {
            for (int hour = 0; hour < 24; hour++) {
                byHour[hour] += day.activeMsByHour()[hour];
            }
            total += day.activeMs();
        }
        boolean[] usual = new boolean[24];
        for (long held = 0; held < USUAL_SHARE * total; ) {
            int most = -1;
            for (int hour = 0; hour < 24; hour++) {
                if (!usual[hour] && (most < 0 || byHour[hour] > byHour[most])) {
                    most = hour;
                }
            }
            usual[most] = true;
            held += byHour[most];
        }
        return usual;
    }

    private static double outside(Day day, boolean[] usual) {
        long outsideMs = 0;
        for (int hour = 0; hour < 24; hour++) {
            outsideMs += usual[hour] ? 0 : day.activeMsByHour()[hour];
        }
        return (double) outsideMs / day.activeMs();
    }

    private static StrainIndicator weekendShare(List<Day> days, long today) {
        double[] shares = weeks(days, today).values().stream()
                .mapToDouble(week -> ratio(sum(week, day -> day.isWeekend() ? day.activeMs() : 0), activeMs(week)))
                .toArray();
        int pastWeeks = shares.length - RECENT_WEEKS;
        if (pastWeeks < RECENT_WEEKS) {
            return missing(Kind.WEEKEND_SHARE, RECENT_WEEKS - pastWeeks);
        }
        return compared(
                Kind.WEEKEND_SHARE,
                Arrays.copyOf(shares, pastWeeks),
                Arrays.copyOfRange(shares, pastWeeks, shares.length));
    }

    private static StrainIndicator compared(Kind kind, double[] past, double[] recent) {
        return new StrainIndicator(
                kind,
                Means.of(recent, 0, 1),
                Arrays.stream(past).average().orElse(0),
                RankShift.higherP(past, recent),
                0);
    }

    private static StrainIndicator longStretches(List<Day> days, long today) {
        double[] isLong = days.stream()
                .filter(day -> day.epochDay() > today - STRETCH_DAYS)
                .mapToDouble(day -> day.longestStretchMs() >= LONG_STRETCH_MS ? 1 : 0)
                .toArray();
        if (isLong.length < STRETCH_DAYS_MIN) {
            return missing(Kind.LONG_STRETCHES, STRETCH_DAYS_MIN - isLong.length);
        }
        return new StrainIndicator(
                Kind.LONG_STRETCHES,
                Means.share((int) Arrays.stream(isLong).sum(), isLong.length),
                0.5,
                Significance.aboveHalfP(isLong),
                0);
    }

    /** Uses whole weeks only. */
    private static StrainIndicator trend(
            Kind kind, List<Day> days, long today, int unfavourableSign, ToDoubleFunction<List<Day>> valueOfWeek) {
        TreeMap<Long, Double> values = new TreeMap<>();
        weeks(days, today).forEach((week, of) -> {
            double value = valueOfWeek.applyAsDouble(of);
            if (!Double.isNaN(value)) {
                values.put(week, value);
            }
        });
        if (values.size() < Trend.VALUES_MIN) {
            return missing(kind, Trend.VALUES_MIN - values.size());
        }
        Trend trend = Trend.of(
                values.keySet().stream().mapToLong(week -> week).toArray(),
                values.values().stream().mapToDouble(value -> value).toArray());
        return new StrainIndicator(
                kind, trend.slope(), 0, unfavourableSign > 0 ? trend.risingP() : 1 - trend.risingP(), 0);
    }

    /** Returns the weeks with activity that are over at the end of a day, in order. */
    private static TreeMap<Long, List<Day>> weeks(List<Day> days, long today) {
        long beforeWeek = Day.weekOf(today + 1);
        TreeMap<Long, List<Day>> weeks = new TreeMap<>();
        for (Day day : days) {
            if (day.week() < beforeWeek) {
                weeks.computeIfAbsent(day.week(), _ -> new ArrayList<>()).add(day);
            }
        }
        return weeks;
    }

    private static StrainIndicator missing(Kind kind, int missing) {
        return new StrainIndicator(kind, null, 0, 1, missing);
    }

    private static double activeMs(List<Day> days) {
        return sum(days, Day::activeMs);
    }

    private static double sum(List<Day> days, ToDoubleFunction<Day> of) {
        return days.stream().mapToDouble(of).sum();
    }

    /** Returns NaN without a denominator: missing, not zero. */
    private static double ratio(double part, double of) {
        return of == 0 ? Double.NaN : part / of;
    }
}
