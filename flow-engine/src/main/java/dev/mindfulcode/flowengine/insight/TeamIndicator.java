package dev.mindfulcode.flowengine.insight;

import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * A statistic of a team that may accompany strain: an indicator, not a diagnosis, and never about one person. It is
 * computed from released windows only and so reveals no more than they do. Recent days are compared with the team's
 * eight weeks before.
 *
 * <p>Days of a team are treated as independent observations; as they are correlated, intervals are somewhat too narrow.
 *
 * @param value in the kind's unit, higher is less favourable; null while {@code missing} is above 0
 * @param reference the value before; 0 while {@code missing} is above 0, and for changes
 * @param isElevated whether the whole interval is above the reference
 * @param missing number of further days (for weekends: weeks) needed
 * @param from first recent day
 * @param to last recent day
 */
public record TeamIndicator(
        Kind kind,
        @Nullable Estimate value,
        double reference,
        boolean isElevated,
        int missing,
        LocalDate from,
        LocalDate to) {

    /** Number of days before the recent ones that they are compared with. */
    public static final int PAST_DAYS = 56;

    static final int PAST_DAYS_MIN = 10;
    static final int PAST_WEEKS_MIN = 4;

    /** Minimum mean activity of the active members in a full hour. A convention. */
    static final double FULL_HOUR = 0.75;

    /**
     * Minimum consecutive full hours of a long stretch. A convention, as in {@link StrainIndicator}.
     */
    static final int FULL_HOURS_MIN = 2;

    private static final long HOUR_MS = 3_600_000;
    private static final long DAY_MS = 24 * HOUR_MS;

    /** The kinds of indicators. Their names are part of the public API. */
    public enum Kind {
        /**
         * Share, 0 to 1, of the team's active time outside the hours that contained nine tenths of it before; mean of
         * the days. Claes and others, ICSE 2018; that detachment from work protects: Sonnentag and Fritz, Journal of
         * Organizational Behavior 36, 2015.
         */
        OUTSIDE_USUAL_HOURS("share", 0.05, 1, 0.05),
        /**
         * Share, 0 to 1, of the team's active time on Saturday and Sunday; mean of the weeks. Claes and others, 2018.
         */
        WEEKEND_SHARE("share", 0.05, 1, 0.05),
        /**
         * Share, 0 to 1, of the days with two consecutive hours in which active members worked for three quarters of
         * the time on average. That short breaks go with vigour and less fatigue: Albulescu and others, PLOS ONE 17,
         * 2022.
         */
        LONG_STRETCHES("share", 0.1, 1, 0.1),
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
     * A released window of a team.
     *
     * @param members number of active members
     * @param interruptions interruptions of flow
     */
    public record Window(long startMs, long members, double activeSeconds, double flowSeconds, long interruptions) {}

    /**
     * Computes one indicator.
     *
     * @param hours released windows of one hour, in any order
     * @param days released windows of one day (UTC), in any order
     * @param endMs end of the complete windows, the start of a day (UTC); later windows are ignored
     * @param recentDays number of recent days, a multiple of seven
     * @param zone zone of hours and weekends; its last day is the last that ends by {@code endMs}
     */
    public static TeamIndicator of(
            Kind kind, List<Window> hours, List<Window> days, long endMs, int recentDays, ZoneId zone) {
        return switch (kind) {
            case OUTSIDE_USUAL_HOURS -> {
                Span span = Span.inZone(endMs, recentDays, zone);
                yield outsideUsualHours(span, span.localDays(hours, zone));
            }
            case WEEKEND_SHARE -> {
                Span span = Span.inZone(endMs, recentDays, zone);
                yield weekendShare(span, span.localDays(hours, zone));
            }
            case LONG_STRETCHES -> {
                Span span = Span.inZone(endMs, recentDays, zone);
                yield longStretches(span, span.localDays(hours, zone));
            }
            case FALLING_FLOW ->
                change(kind, days, endMs, recentDays, day -> -Math.min(1, day.flowSeconds() / day.activeSeconds()));
            case RISING_FRAGMENTATION ->
                change(kind, days, endMs, recentDays, day -> day.interruptions() / (day.activeSeconds() / 3_600));
        };
    }

    /** Whether its days are those of the zone, else of UTC. */
    public boolean isInZone() {
        return switch (kind) {
            case OUTSIDE_USUAL_HOURS, WEEKEND_SHARE, LONG_STRETCHES -> true;
            case FALLING_FLOW, RISING_FRAGMENTATION -> false;
        };
    }

    /** Returns the start of the windows needed for an indicator at {@code endMs}. */
    public static long neededFromMs(long endMs, int recentDays) {
        return endMs - (recentDays + PAST_DAYS + 2) * DAY_MS;
    }

    /**
     * Returns the probability, 0.5 to 0.99, by the normal approximation, that the value is on its side of the
     * reference.
     */
    public double confidence() {
        return value == null ? 0.5 : Insight.confidence(value, reference);
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
            case LONG_STRETCHES ->
                "On " + amount + " of the days the team worked for two hours or more with few breaks; before, it was "
                        + amount(reference) + ".";
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

    private static TeamIndicator outsideUsualHours(Span span, Map<LocalDate, LocalDay> days) {
        List<LocalDay> recent = span.recent(days);
        List<LocalDay> past = span.past(days);
        int missing = span.missingDays(recent.size(), past.size());
        if (missing > 0) {
            return span.missing(Kind.OUTSIDE_USUAL_HOURS, missing);
        }
        boolean[] usual = usualHours(past);
        return span.compared(
                Kind.OUTSIDE_USUAL_HOURS,
                Means.of(recent.stream().mapToDouble(day -> day.outside(usual)).toArray(), 0, 1),
                past.stream().mapToDouble(day -> day.outside(usual)).average().orElse(0));
    }

    private static boolean[] usualHours(List<LocalDay> past) {
        double[] byHour = new double[24];
        double total = 0;
        for (LocalDay day : past) {
            for (int hour = 0; hour < 24; hour++) {
                byHour[hour] += day.activeSecondsByHour[hour];
                total += day.activeSecondsByHour[hour];
            }
        }
        boolean[] usual = new boolean[24];
        double held = 0;
        for (int taken = 0; taken < 24 && held < StrainIndicator.USUAL_SHARE * total; taken++) {
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

    /** Weeks end with the span, on any weekday, so each has one weekend. */
    private static TeamIndicator weekendShare(Span span, Map<LocalDate, LocalDay> days) {
        double[] recent = span.weekendShares(days, span.recentFrom(), span.last());
        double[] past =
                span.weekendShares(days, span.pastFrom(), span.recentFrom().minusDays(1));
        int missing = Math.max(1 - recent.length, PAST_WEEKS_MIN - past.length);
        if (missing > 0) {
            return span.missing(Kind.WEEKEND_SHARE, missing);
        }
        Estimate value = recent.length == 1 ? new Estimate(recent[0], 0, 1, 1) : Means.of(recent, 0, 1);
        return span.compared(
                Kind.WEEKEND_SHARE, value, Arrays.stream(past).average().orElse(0));
    }

    private static TeamIndicator longStretches(Span span, Map<LocalDate, LocalDay> days) {
        List<LocalDay> recent = span.recent(days);
        List<LocalDay> past = span.past(days);
        int missing = span.missingDays(recent.size(), past.size());
        if (missing > 0) {
            return span.missing(Kind.LONG_STRETCHES, missing);
        }
        return span.compared(
                Kind.LONG_STRETCHES, Means.share(count(recent), recent.size()), (double) count(past) / past.size());
    }

    private static int count(List<LocalDay> days) {
        return (int) days.stream().filter(LocalDay::hasLongStretch).count();
    }

    private static TeamIndicator change(
            Kind kind, List<Window> days, long endMs, int recentDays, ToDoubleFunction<Window> valueOfDay) {
        Span span = Span.inZone(endMs, recentDays, ZoneOffset.UTC);
        long recentFromMs = endMs - recentDays * DAY_MS;
        double[] recent = values(days, recentFromMs, endMs, valueOfDay);
        double[] past = values(days, recentFromMs - PAST_DAYS * DAY_MS, recentFromMs, valueOfDay);
        int missing = span.missingDays(recent.length, past.length);
        return missing > 0 ? span.missing(kind, missing) : span.compared(kind, Means.change(past, recent), 0);
    }

    /** Returns values in order of time, as sums of floating-point numbers depend on the order. */
    private static double[] values(List<Window> days, long fromMs, long toMs, ToDoubleFunction<Window> valueOfDay) {
        return days.stream()
                .filter(day -> day.startMs() >= fromMs && day.startMs() < toMs && day.activeSeconds() > 0)
                .sorted(Comparator.comparingLong(Window::startMs))
                .mapToDouble(valueOfDay)
                .toArray();
    }

    /** A day of the zone with its released hours. */
    private static final class LocalDay {

        private final double[] activeSecondsByHour = new double[24];
        private final boolean[] isFull = new boolean[24];

        void add(int hour, Window window) {
            activeSecondsByHour[hour] += window.activeSeconds();
            isFull[hour] |= window.members() > 0 && window.activeSeconds() >= FULL_HOUR * 3_600 * window.members();
        }

        double activeSeconds() {
            return Arrays.stream(activeSecondsByHour).sum();
        }

        double outside(boolean[] usual) {
            double outside = 0;
            for (int hour = 0; hour < 24; hour++) {
                outside += usual[hour] ? 0 : activeSecondsByHour[hour];
            }
            return Math.clamp(outside / activeSeconds(), 0, 1);
        }

        boolean hasLongStretch() {
            int onEnd = 0;
            for (boolean full : isFull) {
                onEnd = full ? onEnd + 1 : 0;
                if (onEnd >= FULL_HOURS_MIN) {
                    return true;
                }
            }
            return false;
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

        TreeMap<LocalDate, LocalDay> localDays(List<Window> hours, ZoneId zone) {
            TreeMap<LocalDate, LocalDay> days = new TreeMap<>();
            hours.stream()
                    .filter(hour -> hour.activeSeconds() > 0)
                    .sorted(Comparator.comparingLong(Window::startMs))
                    .forEach(hour -> {
                        var local = Instant.ofEpochMilli(hour.startMs()).atZone(zone);
                        LocalDate day = local.toLocalDate();
                        if (!day.isAfter(last) && !day.isBefore(pastFrom())) {
                            days.computeIfAbsent(day, _ -> new LocalDay()).add(local.getHour(), hour);
                        }
                    });
            return days;
        }

        List<LocalDay> recent(Map<LocalDate, LocalDay> days) {
            return within(days, recentFrom(), last);
        }

        List<LocalDay> past(Map<LocalDate, LocalDay> days) {
            return within(days, pastFrom(), recentFrom().minusDays(1));
        }

        private static List<LocalDay> within(Map<LocalDate, LocalDay> days, LocalDate from, LocalDate to) {
            return days.entrySet().stream()
                    .filter(day -> !day.getKey().isBefore(from) && !day.getKey().isAfter(to))
                    .map(Map.Entry::getValue)
                    .toList();
        }

        /** Returns the weekend share of each week with activity, in order. */
        double[] weekendShares(Map<LocalDate, LocalDay> days, LocalDate from, LocalDate to) {
            List<Double> shares = new ArrayList<>();
            for (LocalDate week = from; !week.isAfter(to); week = week.plusDays(7)) {
                double weekend = 0;
                double total = 0;
                for (int i = 0; i < 7; i++) {
                    LocalDate date = week.plusDays(i);
                    LocalDay day = days.get(date);
                    double active = day == null ? 0 : day.activeSeconds();
                    total += active;
                    weekend += date.getDayOfWeek().compareTo(DayOfWeek.SATURDAY) >= 0 ? active : 0;
                }
                if (total > 0) {
                    shares.add(Math.clamp(weekend / total, 0, 1));
                }
            }
            return shares.stream().mapToDouble(Double::doubleValue).toArray();
        }

        /** Returns the missing days: three recent ones of one week, else five per two weeks. */
        int missingDays(int recent, int past) {
            int recentMin = Math.max(3, recentDays * StrainIndicator.RECENT_DAYS_MIN / StrainIndicator.RECENT_DAYS);
            return Math.max(recentMin - recent, PAST_DAYS_MIN - past);
        }

        TeamIndicator missing(Kind kind, int missing) {
            return new TeamIndicator(kind, null, 0, false, missing, recentFrom(), last);
        }

        TeamIndicator compared(Kind kind, Estimate found, double before) {
            Estimate value =
                    new Estimate(rounded(found.value()), rounded(found.low()), rounded(found.high()), found.samples());
            double reference = rounded(before);
            return new TeamIndicator(kind, value, reference, value.low() > reference, 0, recentFrom(), last);
        }

        /** Rounds away differences in the last bits of equal numbers. */
        private static double rounded(double value) {
            return Math.rint(value * 1e9) / 1e9 + 0.0;
        }
    }
}
