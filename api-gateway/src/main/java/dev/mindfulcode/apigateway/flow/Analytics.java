package dev.mindfulcode.apigateway.flow;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mindfulcode.apigateway.flow.HistoryQueries.Day;
import dev.mindfulcode.apigateway.flow.HistoryQueries.Hour;
import dev.mindfulcode.apigateway.flow.HistoryQueries.PeriodTotals;
import dev.mindfulcode.apigateway.flow.HistoryQueries.Sums;
import dev.mindfulcode.flowengine.insight.Estimate;
import dev.mindfulcode.flowengine.insight.Means;
import dev.mindfulcode.flowengine.insight.PeakHours;
import dev.mindfulcode.flowengine.insight.Trend;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Statistics of a range of days.
 *
 * @param from the first day, in the user's time zone
 * @param to the last day, inclusive
 * @param longestPeriod null without a closed period
 * @param daily days with activity, in order
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
public record Analytics(
        String timeZone,
        LocalDate from,
        LocalDate to,
        Totals totals,
        @Nullable LongestPeriod longestPeriod,
        Interruptions interruptions,
        WeekOverWeek weekOverWeek,
        WeeklyTrend trend,
        Distribution distribution,
        List<OfDay> daily) {

    /** Length of the two compared weeks. */
    static final int COMPARED_DAYS = 14;

    /** Minimum active days in each compared week. */
    private static final int ACTIVE_DAYS_MIN = 3;

    private static final int WEEK_DAYS = 7;

    /**
     * @param days at least the days of the two compared weeks, which may exceed the requested range
     * @param modelChangedOn the day on which the model in use began to read flow
     */
    static Analytics of(
            DateRange requested,
            List<Day> days,
            List<Hour> hours,
            @Nullable PeriodTotals periods,
            LocalDate modelChangedOn) {
        List<Day> shown = days.stream()
                .filter(day -> !day.day().isBefore(requested.first()))
                .toList();
        Sums sums = shown.stream().map(Day::sums).reduce(Sums.NONE, Sums::plus);
        int closed = periods == null ? 0 : periods.periods();
        return new Analytics(
                requested.zone().getId(),
                requested.first(),
                requested.last(),
                Totals.of(sums, shown.size(), closed),
                periods == null ? null : LongestPeriod.of(periods),
                Interruptions.of(periods == null ? 0 : periods.interrupted(), sums.flowMs()),
                WeekOverWeek.of(days, requested.last(), modelChangedOn),
                WeeklyTrend.of(shown, requested.first(), requested.last(), modelChangedOn),
                Distribution.of(hours),
                shown.stream().map(OfDay::of).toList());
    }

    /** @param meanIntensity mean over the active time; null without any */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record Totals(
            int activeDays,
            long activeMs,
            long flowMs,
            @Nullable Double flowShare,
            @Nullable Double meanIntensity,
            long keystrokes,
            long errors,
            long contextSwitches,
            int flowPeriods) {

        static Totals of(Sums sums, int activeDays, int flowPeriods) {
            boolean active = sums.activeMs() > 0;
            return new Totals(
                    activeDays,
                    sums.activeMs(),
                    sums.flowMs(),
                    active ? EstimateView.rounded(sums.flowShare()) : null,
                    active ? EstimateView.rounded(sums.meanIntensity()) : null,
                    sums.keystrokes(),
                    sums.errors(),
                    sums.contextSwitches(),
                    flowPeriods);
        }
    }

    public record LongestPeriod(
            UUID sessionId, Instant startedAt, Instant endedAt, long durationMs, double meanIntensity) {

        static LongestPeriod of(PeriodTotals periods) {
            return new LongestPeriod(
                    periods.longestSessionId(),
                    periods.longestStartedAt(),
                    periods.longestEndedAt(),
                    Duration.between(periods.longestStartedAt(), periods.longestEndedAt())
                            .toMillis(),
                    EstimateView.rounded(periods.longestMeanIntensity()));
        }
    }

    /**
     * @param count number of interrupted flow periods
     * @param perFlowHour null with less than an hour of flow
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record Interruptions(int count, @Nullable EstimateView perFlowHour, List<InsufficientData> missing) {

        static Interruptions of(int count, long flowMs) {
            long hourMs = TimeUnit.HOURS.toMillis(1);
            if (flowMs < hourMs) {
                int minutes = (int) Math.ceilDiv(hourMs - flowMs, TimeUnit.MINUTES.toMillis(1));
                return new Interruptions(
                        count,
                        null,
                        InsufficientData.of(
                                "Interruptions an hour",
                                "per_flow_hour",
                                minutes,
                                "minutes",
                                "minute",
                                " of flow " + (minutes == 1 ? "is" : "are") + " needed"));
            }
            return new Interruptions(count, EstimateView.of(Means.rate(count, (double) flowMs / hourMs)), List.of());
        }
    }

    /**
     * The last seven days compared with the seven before, with equal weight per active day.
     *
     * @param flowShare mean of the days' shares; null without an active day
     * @param change change of that share, with its interval; null while data are missing, and if the model changed
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record WeekOverWeek(
            long activeMs,
            long activeMsBefore,
            long flowMs,
            long flowMsBefore,
            @Nullable Double flowShare,
            @Nullable Double flowShareBefore,
            @Nullable EstimateView change,
            List<InsufficientData> missing) {

        static WeekOverWeek of(List<Day> days, LocalDate last, LocalDate modelChangedOn) {
            List<Day> now = within(days, last.minusDays(WEEK_DAYS - 1), last);
            List<Day> before = within(days, last.minusDays(2 * WEEK_DAYS - 1), last.minusDays(WEEK_DAYS));
            boolean isOfOneModel =
                    Stream.concat(now.stream(), before.stream()).allMatch(day -> isAfter(day, modelChangedOn));
            int lacking =
                    Math.max(isOfOneModel ? 0 : 1, lacking(now, modelChangedOn) + lacking(before, modelChangedOn));
            double[] shares = shares(now);
            double[] sharesBefore = shares(before);
            return new WeekOverWeek(
                    sum(now).activeMs(),
                    sum(before).activeMs(),
                    sum(now).flowMs(),
                    sum(before).flowMs(),
                    mean(shares),
                    mean(sharesBefore),
                    lacking > 0 ? null : EstimateView.of(Means.change(sharesBefore, shares)),
                    InsufficientData.days(
                            "Week over week", "change", lacking, " with activity, three in each of the two weeks,"));
        }

        private static List<Day> within(List<Day> days, LocalDate from, LocalDate to) {
            return days.stream()
                    .filter(day -> !day.day().isBefore(from) && !day.day().isAfter(to))
                    .toList();
        }

        private static int lacking(List<Day> days, LocalDate modelChangedOn) {
            long comparable =
                    days.stream().filter(day -> isAfter(day, modelChangedOn)).count();
            return (int) Math.max(0, ACTIVE_DAYS_MIN - comparable);
        }

        /** Shares of flow that were read by another model are not comparable. */
        private static boolean isAfter(Day day, LocalDate modelChangedOn) {
            return day.day().isAfter(modelChangedOn);
        }

        private static Sums sum(List<Day> days) {
            return days.stream().map(Day::sums).reduce(Sums.NONE, Sums::plus);
        }

        private static double[] shares(List<Day> days) {
            return days.stream().mapToDouble(day -> day.sums().flowShare()).toArray();
        }

        private static @Nullable Double mean(double[] shares) {
            return shares.length == 0
                    ? null
                    : EstimateView.rounded(
                            java.util.Arrays.stream(shares).average().orElse(0));
        }
    }

    /**
     * The robust slope of the weekly flow share.
     *
     * @param weeks whole weeks with activity, Monday to Sunday, in order
     * @param flowSharePerWeek change per week since the model changed; null while weeks are missing
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record WeeklyTrend(
            List<Week> weeks, @Nullable EstimateView flowSharePerWeek, List<InsufficientData> missing) {

        static WeeklyTrend of(List<Day> days, LocalDate first, LocalDate last, LocalDate modelChangedOn) {
            TreeMap<LocalDate, Sums> sums = new TreeMap<>();
            for (Day day : days) {
                LocalDate monday = day.day().with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
                // Partial weeks are not comparable.
                if (!monday.isBefore(first) && monday.plusDays(WEEK_DAYS - 1).isBefore(last)) {
                    sums.merge(monday, day.sums(), Sums::plus);
                }
            }
            List<Week> weeks = new ArrayList<>();
            sums.forEach((monday, of) ->
                    weeks.add(new Week(monday, of.activeMs(), of.flowMs(), EstimateView.rounded(of.flowShare()))));
            // Shares of flow that were read by another model are not comparable.
            SortedMap<LocalDate, Sums> ofOneModel = sums.tailMap(modelChangedOn, false);
            int lacking = Math.max(0, Trend.VALUES_MIN - ofOneModel.size());
            return new WeeklyTrend(
                    List.copyOf(weeks),
                    lacking > 0 ? null : EstimateView.of(slope(ofOneModel)),
                    InsufficientData.weeks("Trend", "flow_share_per_week", lacking));
        }

        private static Estimate slope(SortedMap<LocalDate, Sums> weeks) {
            return Trend.of(
                            weeks.keySet().stream()
                                    .mapToLong(monday -> Math.floorDiv(monday.toEpochDay(), WEEK_DAYS))
                                    .toArray(),
                            weeks.values().stream().mapToDouble(Sums::flowShare).toArray())
                    .slope();
        }
    }

    public record Week(LocalDate monday, long activeMs, long flowMs, double flowShare) {}

    /**
     * The distribution of time over the hours of the day.
     *
     * @param hours hours with activity
     * @param weekHours the same by day of the week
     * @param peakHour the hour furthest above the user's mean; null if none is, or with too little data
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record Distribution(
            List<OfHour> hours,
            List<OfWeekHour> weekHours,
            Patterns.@Nullable PeakHour peakHour,
            List<InsufficientData> missing) {

        static Distribution of(List<Hour> hours) {
            TreeMap<Integer, Sums> sums = new TreeMap<>();
            TreeMap<Integer, Sums> ofWeek = new TreeMap<>();
            for (Hour hour : hours) {
                sums.merge(hour.hour(), hour.sums(), Sums::plus);
                ofWeek.merge(OfWeekHour.key(hour), hour.sums(), Sums::plus);
            }
            PeakHours peaks = InsightInputs.peakHours(hours);
            return new Distribution(
                    sums.entrySet().stream()
                            .map(entry -> OfHour.of(entry.getKey(), entry.getValue()))
                            .toList(),
                    ofWeek.entrySet().stream()
                            .map(entry -> OfWeekHour.of(entry.getKey(), entry.getValue()))
                            .toList(),
                    peaks.hours().stream()
                            .filter(PeakHours.Hour::peak)
                            .min(Comparator.comparingDouble(PeakHours.Hour::aboveP))
                            .map(hour -> new Patterns.PeakHour(hour.hour(), EstimateView.of(hour.intensity()), true))
                            .orElse(null),
                    InsufficientData.peakHours(peaks.observationsMissing()));
        }
    }

    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record OfHour(
            int hour, long activeMs, long flowMs, @Nullable Double meanIntensity) {

        static OfHour of(int hour, Sums sums) {
            return new OfHour(hour, sums.activeMs(), sums.flowMs(), intensity(sums));
        }
    }

    /** @param weekday 1 for Monday to 7 for Sunday */
    public record OfWeekHour(int weekday, int hour, long activeMs, long flowMs) {

        private static final int DAY_HOURS = 24;

        private static int key(Hour hour) {
            return hour.day().getDayOfWeek().getValue() * DAY_HOURS + hour.hour();
        }

        private static OfWeekHour of(int key, Sums sums) {
            return new OfWeekHour(key / DAY_HOURS, key % DAY_HOURS, sums.activeMs(), sums.flowMs());
        }
    }

    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record OfDay(
            LocalDate day,
            long activeMs,
            long flowMs,
            @Nullable Double meanIntensity,
            long keystrokes,
            long errors,
            long contextSwitches) {

        static OfDay of(Day day) {
            Sums sums = day.sums();
            return new OfDay(
                    day.day(),
                    sums.activeMs(),
                    sums.flowMs(),
                    intensity(sums),
                    sums.keystrokes(),
                    sums.errors(),
                    sums.contextSwitches());
        }
    }

    private static @Nullable Double intensity(Sums sums) {
        return sums.activeMs() == 0 ? null : EstimateView.rounded(sums.meanIntensity());
    }
}
