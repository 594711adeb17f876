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
 * A figure of a team that may go with strain: an indicator, never a diagnosis, and of nobody in particular. It sees
 * windows of the team that were released and nothing else, so whatever follows from it reveals no more than they do;
 * hours in which fewer than the smallest group worked are not there. The last days are set against the eight weeks
 * before them, of the same team.
 *
 * <p>Days of one team are taken as independent observations, which they are not quite: the intervals are narrower than
 * they should be.
 *
 * @param value with its interval, in the kind's unit; the greater, the more it is worth a look. Null while
 *     {@code missing} is above 0
 * @param reference what it was before; 0 while {@code missing} is above 0, and for changes
 * @param isElevated whether the whole interval lies above the reference
 * @param missing how many more days (of weekends: weeks) are needed
 * @param from first of the days that count as the present
 * @param to last of them
 */
public record TeamIndicator(
        Kind kind,
        @Nullable Estimate value,
        double reference,
        boolean isElevated,
        int missing,
        LocalDate from,
        LocalDate to) {

    /** How long before the present the team is compared with itself. */
    public static final int PAST_DAYS = 56;

    static final int PAST_DAYS_MIN = 10;
    static final int PAST_WEEKS_MIN = 4;

    /** An hour in which the active members were active for this much of it on average. A convention. */
    static final double FULL_HOUR = 0.75;

    /**
     * Two full hours on end are called a long stretch. A convention without a peer-reviewed source, as in
     * {@link StrainIndicator}.
     */
    static final int FULL_HOURS_MIN = 2;

    private static final long HOUR_MS = 3_600_000;
    private static final long DAY_MS = 24 * HOUR_MS;

    /** What is looked at. The names are part of the public contract. */
    public enum Kind {
        /**
         * Share, 0 to 1, of the team's active time at hours outside those that held nine tenths of it before; mean of
         * the days. Claes and others, ICSE 2018; that detachment from work protects: Sonnentag and Fritz, Journal of
         * Organizational Behavior 36, 2015.
         */
        OUTSIDE_USUAL_HOURS("share", 0.05, 1, 0.05),
        /**
         * Share, 0 to 1, of the team's active time on Saturday and Sunday; mean of the weeks. Claes and others, 2018.
         */
        WEEKEND_SHARE("share", 0.05, 1, 0.05),
        /**
         * Share, 0 to 1, of the days with two hours on end in which those at work were active for three quarters of the
         * time on average. That short breaks go with vigour and less fatigue: Albulescu and others, PLOS ONE 17, 2022.
         */
        LONG_STRETCHES("share", 0.1, 1, 0.1),
        /** By how much the share of active time in flow is smaller than before. A rule of ours, without a source. */
        FALLING_FLOW("share", 0.05, 1, 0.05),
        /**
         * By how many interruptions of flow an active hour has more than before. Fragmentation and productivity:
         * Sanchez, SANER 2015.
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

        /** As the API, the log and the tables spell it. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Returns null where the text is no indicator. */
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

        /** Thresholds are multiples of this: many rules side by side say no more than the figure itself, rounded. */
        public double thresholdStep() {
            return thresholdStep;
        }

        /** Whether a threshold is one of those that may be asked for. */
        public boolean allows(double threshold) {
            double steps = threshold / thresholdStep;
            return threshold >= thresholdMin && threshold <= thresholdMax && Math.abs(steps - Math.rint(steps)) < 1e-6;
        }
    }

    /**
     * A released window of a team.
     *
     * @param members how many were active in it
     * @param interruptions of flow
     */
    public record Window(long startMs, long members, double activeSeconds, double flowSeconds, long interruptions) {}

    /**
     * Works out one indicator.
     *
     * @param hours released windows of one hour, in any order
     * @param days released windows of one day (UTC), in any order
     * @param endMs until when all windows are known, the start of a day (UTC); what is later is not looked at
     * @param recentDays how many last days count as the present, a multiple of seven
     * @param zone whose hours and weekends are meant; of its days the last is the last that is over by {@code endMs}
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

    /** Whether its days are those of the zone; if not, of UTC, as the windows of days are. */
    public boolean isInZone() {
        return switch (kind) {
            case OUTSIDE_USUAL_HOURS, WEEKEND_SHARE, LONG_STRETCHES -> true;
            case FALLING_FLOW, RISING_FRAGMENTATION -> false;
        };
    }

    /** From when on windows are needed for an indicator at {@code endMs}. */
    public static long neededFromMs(long endMs, int recentDays) {
        return endMs - (recentDays + PAST_DAYS + 2) * DAY_MS;
    }

    /**
     * 0.5 to 0.99: how probable it is, by the normal approximation, that the value lies on the side of the reference
     * where it is.
     */
    public double confidence() {
        return value == null ? 0.5 : Insight.confidence(value, reference);
    }

    /** What was seen, as a sentence; never how anybody feels, and never why. */
    public String text() {
        if (value == null) {
            return "There is not enough to say yet.";
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
                                "An active hour of the team had %.1f interruptions of flow %s than in the weeks before.",
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

    /** Weeks end with the span, on whatever day that is: each holds one weekend. */
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

    /** In order of time: sums of floating numbers depend on it, and the answer must not. */
    private static double[] values(List<Window> days, long fromMs, long toMs, ToDoubleFunction<Window> valueOfDay) {
        return days.stream()
                .filter(day -> day.startMs() >= fromMs && day.startMs() < toMs && day.activeSeconds() > 0)
                .sorted(Comparator.comparingLong(Window::startMs))
                .mapToDouble(valueOfDay)
                .toArray();
    }

    /** A day of the zone with the hours of it that were released. */
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

    /** The present and the past, in days. */
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

        /** The share of each week with activity, the latest last. */
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

        /** Of a week, the present needs three days; of more, five in each two weeks. */
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

        /** What is left of a difference of equal numbers after their last bits is no difference. */
        private static double rounded(double value) {
            return Math.rint(value * 1e9) / 1e9 + 0.0;
        }
    }
}
