package dev.mindfulcode.flowengine.insight;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A statistic of a team that may accompany strain: an indicator, not a diagnosis, and never about one person. It is
 * computed from released windows only and so reveals no more than they do. Recent days are compared with the team's
 * eight weeks before.
 *
 * <p>Intervals include the noise of the released figures, and that days of a team resemble their neighbours ({@link
 * SerialDependence}).
 *
 * @param value in the kind's unit, higher is less favourable; null while {@code missing} is above 0
 * @param reference the value before; 0 while {@code missing} is above 0, and for changes
 * @param higherP one-sided probability of a value as far above the past by chance; 1 while {@code missing} is above 0
 * @param missing number of further days (for weekends: weeks) needed
 * @param from first recent day
 * @param to last recent day
 */
public record TeamIndicator(
        Kind kind,
        @Nullable Estimate value,
        double reference,
        double higherP,
        int missing,
        LocalDate from,
        LocalDate to) {

    /** Number of days before the recent ones that they are compared with. */
    public static final int PAST_DAYS = 56;

    static final int PAST_DAYS_MIN = 10;

    /** The first half defines the usual hours, the second half is compared with. */
    static final int PAST_DAYS_WITH_HOURS_MIN = 20;

    static final int PAST_WEEKS_MIN = 4;

    /** One-sided level of one indicator: all of a team together mark any by chance in one of twenty answers. */
    private static final double LEVEL = 0.05 / Kind.values().length;

    private static final long HOUR_MS = 3_600_000;
    private static final long DAY_MS = 24 * HOUR_MS;
    private static final long SECONDS_PER_HOUR = 3_600;
    private static final int HOURS_PER_DAY = 24;
    private static final int DAYS_PER_WEEK = 7;

    /** The kinds of indicators. Their names are part of the public API. */
    public enum Kind {
        /**
         * Share, 0 to 1, of the team's active time outside the hours that contained nine tenths of it in the first
         * half of the past, compared with the second half. Only large teams have hours. Claes and others, ICSE 2018;
         * that detachment from work protects: Sonnentag and Fritz, Journal of Organizational Behavior 36, 2015.
         */
        OUTSIDE_USUAL_HOURS("share", 0.05, 1, 0.05),
        /**
         * Share, 0 to 1, of the team's active time on Saturday and Sunday (UTC). Claes and others, 2018.
         */
        WEEKEND_SHARE("share", 0.05, 1, 0.05),
        /** Decrease of the share of active time in flow. Without a source. */
        FALLING_FLOW("share", 0.05, 1, 0.05),
        /**
         * Increase of interruptions of flow per active hour. Fragmentation and productivity: Sanchez, SANER 2015.
         */
        RISING_FRAGMENTATION("interruptions_per_active_hour", 0.5, 60, 0.5);

        private final String unit;
        private final double thresholdMin;
        private final double thresholdMax;
        private final double thresholdStep;

        Kind(String unit, double thresholdMin, double thresholdMax, double thresholdStep) {
            this.unit = unit;
            this.thresholdMin = thresholdMin;
            this.thresholdMax = thresholdMax;
            this.thresholdStep = thresholdStep;
        }

        /** Returns the name in the API, the events and the tables. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Returns the kind with this text, or null. */
        public static @Nullable Kind parse(String text) {
            return Arrays.stream(values())
                    .filter(kind -> kind.text().equals(text))
                    .findFirst()
                    .orElse(null);
        }

        public String unit() {
            return unit;
        }

        public double thresholdMin() {
            return thresholdMin;
        }

        public double thresholdMax() {
            return thresholdMax;
        }

        /** Returns the step of thresholds, so that many rules reveal no more than the rounded value. */
        public double thresholdStep() {
            return thresholdStep;
        }

        /** Whether a threshold is valid for a rule. */
        public boolean allows(double threshold) {
            double steps = threshold / thresholdStep;
            return threshold >= thresholdMin && threshold <= thresholdMax && Math.abs(steps - Math.rint(steps)) < 1e-6;
        }
    }

    /**
     * A released figure.
     *
     * @param value with noise, so it may be negative
     * @param margin half-width of the 95 % interval of the noise
     */
    public record Figure(double value, double margin) {

        double variance() {
            double deviation = margin / Estimate.Z95;
            return deviation * deviation;
        }
    }

    /** A released day of a team. */
    public record Day(long startMs, Figure activeSeconds, Figure secondsInFlow, Figure interruptions) {}

    /** A released hour of a large team. */
    public record Hour(long startMs, Figure activeSeconds) {}

    /**
     * Computes one indicator.
     *
     * @param hours released hours, in any order
     * @param days released days (UTC), in any order
     * @param endMs end of the complete windows, the start of a day (UTC); later windows are ignored
     * @param recentDays number of recent days, a multiple of seven
     * @param zone zone of hours; its last day is the last that ends by {@code endMs}
     * @param modelChangedMs time since which the model in use has read flow: days that began before are not comparable
     */
    public static TeamIndicator of(
            Kind kind, List<Hour> hours, List<Day> days, long endMs, int recentDays, ZoneId zone, long modelChangedMs) {
        List<Day> ofOneModel =
                days.stream().filter(day -> day.startMs() >= modelChangedMs).toList();
        return switch (kind) {
            case OUTSIDE_USUAL_HOURS -> {
                Span span = Span.inZone(endMs, recentDays, zone);
                yield outsideUsualHours(span, span.localDays(hours, zone));
            }
            case WEEKEND_SHARE -> weekendShare(Span.inZone(endMs, recentDays, ZoneOffset.UTC), days);
            case FALLING_FLOW ->
                change(
                        kind,
                        ofOneModel,
                        endMs,
                        recentDays,
                        day -> period(day.secondsInFlow(), -1, day.activeSeconds(), 1));
            case RISING_FRAGMENTATION ->
                change(
                        kind,
                        ofOneModel,
                        endMs,
                        recentDays,
                        day -> period(day.interruptions(), 1, day.activeSeconds(), 1.0 / SECONDS_PER_HOUR));
        };
    }

    /** Whether its days are those of the zone, else of UTC. */
    public boolean isInZone() {
        return switch (kind) {
            case OUTSIDE_USUAL_HOURS -> true;
            case WEEKEND_SHARE, FALLING_FLOW, RISING_FRAGMENTATION -> false;
        };
    }

    /** Returns the start of the windows needed for an indicator at {@code endMs}. */
    public static long neededFromMs(long endMs, int recentDays) {
        return endMs - (recentDays + PAST_DAYS + 2) * DAY_MS;
    }

    /** Whether it is above the past by more than chance explains, all indicators of a team being compared at once. */
    public boolean isElevated() {
        return higherP <= LEVEL;
    }

    /** Returns the probability, 0.5 to 0.99, that a change as large in its direction is not due to chance. */
    public double confidence() {
        return value == null ? 0.5 : Math.clamp(Math.max(higherP, 1 - higherP), 0.5, Insight.CONFIDENCE_MAX);
    }

    /** Returns the observation as a sentence, neither a feeling nor a cause. */
    public String text() {
        if (value == null) {
            return "Not enough data yet.";
        }
        String amount = amount(value.value());
        return switch (kind) {
            case OUTSIDE_USUAL_HOURS ->
                amount + " of the team's active time was outside its usual hours; before, it was " + amount(reference)
                        + ".";
            case WEEKEND_SHARE ->
                amount + " of the team's active time was on weekends; before, it was " + amount(reference) + ".";
            case FALLING_FLOW ->
                value.value() == 0
                        ? "The share of the team's active time in flow is what it was in the weeks before."
                        : "The share of the team's active time in flow is " + points(value.value())
                                + " than in the weeks before.";
            case RISING_FRAGMENTATION ->
                value.value() == 0
                        ? "An active hour of the team had as many interruptions of flow as in the weeks before."
                        : String.format(
                                Locale.ROOT,
                                "An active hour of the team had %.1f interruptions of flow %s than in the weeks"
                                        + " before.",
                                Math.abs(value.value()),
                                value.value() < 0 ? "fewer" : "more");
        };
    }

    private static String amount(double share) {
        return String.format(Locale.ROOT, "%.0f %%", 100 * share);
    }

    private static String points(double drop) {
        return String.format(
                Locale.ROOT, "%.0f percentage points %s", Math.abs(100 * drop), drop < 0 ? "greater" : "smaller");
    }

    private static TeamIndicator outsideUsualHours(Span span, SortedMap<LocalDate, LocalDay> days) {
        List<LocalDay> recent = span.recent(days);
        List<LocalDay> past = span.past(days);
        int missing = span.missingDays(recent.size(), past.size(), PAST_DAYS_WITH_HOURS_MIN);
        if (missing > 0) {
            return span.missing(Kind.OUTSIDE_USUAL_HOURS, missing);
        }
        // The days that define the usual hours fit them better than any other days, so they are not compared with.
        boolean[] usual = usualHours(past.subList(0, past.size() / 2));
        List<LocalDay> compared = past.subList(past.size() / 2, past.size());
        return span.compared(
                Kind.OUTSIDE_USUAL_HOURS,
                NoisyRatio.of(recent.stream().map(day -> day.outside(usual)).toList()),
                NoisyRatio.of(compared.stream().map(day -> day.outside(usual)).toList()));
    }

    private static boolean[] usualHours(List<LocalDay> past) {
        double[] byHour = new double[HOURS_PER_DAY];
        double total = 0;
        for (LocalDay day : past) {
            for (int hour = 0; hour < HOURS_PER_DAY; hour++) {
                byHour[hour] += day.activeSecondsByHour[hour];
                total += day.activeSecondsByHour[hour];
            }
        }
        boolean[] usual = new boolean[HOURS_PER_DAY];
        double held = 0;
        for (int taken = 0; taken < HOURS_PER_DAY && held < StrainIndicator.USUAL_SHARE * total; taken++) {
            int most = -1;
            for (int hour = 0; hour < HOURS_PER_DAY; hour++) {
                if (!usual[hour] && (most < 0 || byHour[hour] > byHour[most])) {
                    most = hour;
                }
            }
            usual[most] = true;
            held += byHour[most];
        }
        return usual;
    }

    /** Weeks end with the span, on any weekday, so each has one weekend. */
    private static TeamIndicator weekendShare(Span span, List<Day> days) {
        List<NoisyRatio.Period> recent = span.weeks(days, span.recentFrom(), span.last());
        List<NoisyRatio.Period> past =
                span.weeks(days, span.pastFrom(), span.recentFrom().minusDays(1));
        int missing = Math.max(1 - recent.size(), PAST_WEEKS_MIN - past.size());
        return missing > 0
                ? span.missing(Kind.WEEKEND_SHARE, missing)
                : span.compared(Kind.WEEKEND_SHARE, NoisyRatio.of(recent), NoisyRatio.of(past));
    }

    private static TeamIndicator change(
            Kind kind, List<Day> days, long endMs, int recentDays, Function<Day, NoisyRatio.Period> periodOf) {
        Span span = Span.inZone(endMs, recentDays, ZoneOffset.UTC);
        long recentFromMs = endMs - recentDays * DAY_MS;
        List<NoisyRatio.Period> recent = periods(days, recentFromMs, endMs, periodOf);
        List<NoisyRatio.Period> past = periods(days, recentFromMs - PAST_DAYS * DAY_MS, recentFromMs, periodOf);
        int missing = span.missingDays(recent.size(), past.size(), PAST_DAYS_MIN);
        if (missing > 0) {
            return span.missing(kind, missing);
        }
        NoisyRatio now = NoisyRatio.of(recent);
        NoisyRatio before = NoisyRatio.of(past);
        return now == null || before == null
                ? span.missing(kind, 1)
                : span.found(kind, now.minus(before), 0, now.higherP(before));
    }

    /** Returns periods in order of time, as sums of floating-point numbers depend on the order. */
    private static List<NoisyRatio.Period> periods(
            List<Day> days, long fromMs, long toMs, Function<Day, NoisyRatio.Period> periodOf) {
        return days.stream()
                .filter(day -> day.startMs() >= fromMs && day.startMs() < toMs)
                .sorted(Comparator.comparingLong(Day::startMs))
                .map(periodOf)
                .toList();
    }

    private static NoisyRatio.Period period(Figure top, double topUnit, Figure bottom, double bottomUnit) {
        return new NoisyRatio.Period(
                topUnit * top.value(),
                topUnit * topUnit * top.variance(),
                bottomUnit * bottom.value(),
                bottomUnit * bottomUnit * bottom.variance());
    }

    /** A day of the zone with its released hours. */
    private static final class LocalDay {

        private final double[] activeSecondsByHour = new double[HOURS_PER_DAY];
        private final double[] varianceByHour = new double[HOURS_PER_DAY];

        void add(int hour, Figure activeSeconds) {
            activeSecondsByHour[hour] += activeSeconds.value();
            varianceByHour[hour] += activeSeconds.variance();
        }

        NoisyRatio.Period outside(boolean[] usual) {
            double outside = 0;
            double outsideNoise = 0;
            double all = 0;
            double allNoise = 0;
            for (int hour = 0; hour < HOURS_PER_DAY; hour++) {
                outside += usual[hour] ? 0 : activeSecondsByHour[hour];
                outsideNoise += usual[hour] ? 0 : varianceByHour[hour];
                all += activeSecondsByHour[hour];
                allNoise += varianceByHour[hour];
            }
            return new NoisyRatio.Period(outside, outsideNoise, all, allNoise);
        }
    }

    /** The recent days and the past before them. */
    private record Span(LocalDate last, int recentDays) {

        static Span inZone(long endMs, int recentDays, ZoneId zone) {
            return new Span(
                    Instant.ofEpochMilli(endMs).atZone(zone).toLocalDate().minusDays(1), recentDays);
        }

        LocalDate recentFrom() {
            return last.minusDays(recentDays - 1L);
        }

        LocalDate pastFrom() {
            return recentFrom().minusDays(PAST_DAYS);
        }

        SortedMap<LocalDate, LocalDay> localDays(List<Hour> hours, ZoneId zone) {
            SortedMap<LocalDate, LocalDay> days = new TreeMap<>();
            hours.stream().sorted(Comparator.comparingLong(Hour::startMs)).forEach(hour -> {
                var local = Instant.ofEpochMilli(hour.startMs()).atZone(zone);
                LocalDate day = local.toLocalDate();
                if (!day.isAfter(last) && !day.isBefore(pastFrom())) {
                    days.computeIfAbsent(day, _ -> new LocalDay()).add(local.getHour(), hour.activeSeconds());
                }
            });
            return days;
        }

        List<LocalDay> recent(SortedMap<LocalDate, LocalDay> days) {
            return within(days, recentFrom(), last);
        }

        List<LocalDay> past(SortedMap<LocalDate, LocalDay> days) {
            return within(days, pastFrom(), recentFrom().minusDays(1));
        }

        private static List<LocalDay> within(SortedMap<LocalDate, LocalDay> days, LocalDate from, LocalDate to) {
            return List.copyOf(days.subMap(from, to.plusDays(1)).values());
        }

        /** Returns the active time of each week with released days: on its weekend, and in all. */
        List<NoisyRatio.Period> weeks(List<Day> days, LocalDate from, LocalDate to) {
            Map<LocalDate, Figure> active = new HashMap<>();
            days.forEach(day -> active.put(LocalDate.ofEpochDay(day.startMs() / DAY_MS), day.activeSeconds()));
            List<NoisyRatio.Period> weeks = new ArrayList<>();
            for (LocalDate week = from; !week.isAfter(to); week = week.plusDays(DAYS_PER_WEEK)) {
                double[] weekend = new double[2];
                double[] all = new double[2];
                boolean isReleased = false;
                for (int i = 0; i < DAYS_PER_WEEK; i++) {
                    LocalDate date = week.plusDays(i);
                    Figure day = active.get(date);
                    if (day != null) {
                        isReleased = true;
                        boolean isWeekend = date.getDayOfWeek().compareTo(DayOfWeek.SATURDAY) >= 0;
                        weekend[0] += isWeekend ? day.value() : 0;
                        weekend[1] += isWeekend ? day.variance() : 0;
                        all[0] += day.value();
                        all[1] += day.variance();
                    }
                }
                if (isReleased) {
                    weeks.add(new NoisyRatio.Period(weekend[0], weekend[1], all[0], all[1]));
                }
            }
            return weeks;
        }

        /** Returns the missing days: three recent ones of one week, else five per two weeks. */
        int missingDays(int recent, int past, int pastMin) {
            int recentMin = Math.max(3, recentDays * StrainIndicator.RECENT_DAYS_MIN / StrainIndicator.RECENT_DAYS);
            return Math.max(recentMin - recent, pastMin - past);
        }

        TeamIndicator missing(Kind kind, int missing) {
            return new TeamIndicator(kind, null, 0, 1, missing, recentFrom(), last);
        }

        /** Compares two shares; one more day is missing if either is lost in the noise. */
        TeamIndicator compared(Kind kind, @Nullable NoisyRatio now, @Nullable NoisyRatio before) {
            return now == null || before == null
                    ? missing(kind, 1)
                    : found(kind, now.estimate(0, 1), Math.clamp(before.value(), 0, 1), now.higherP(before));
        }

        TeamIndicator found(Kind kind, Estimate found, double before, double higherP) {
            Estimate value =
                    new Estimate(rounded(found.value()), rounded(found.low()), rounded(found.high()), found.samples());
            return new TeamIndicator(kind, value, rounded(before), higherP, 0, recentFrom(), last);
        }

        /** Rounds away differences in the last bits of equal numbers. */
        private static double rounded(double value) {
            return Math.rint(value * 1e9) / 1e9 + 0.0;
        }
    }
}
