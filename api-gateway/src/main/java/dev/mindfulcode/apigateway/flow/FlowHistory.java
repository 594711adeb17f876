package dev.mindfulcode.apigateway.flow;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.flow.FlowInsights.OneInsight;
import dev.mindfulcode.apigateway.flow.HistoryQueries.Hour;
import dev.mindfulcode.apigateway.flow.HistoryQueries.LanguageTyping;
import dev.mindfulcode.apigateway.flow.HistoryQueries.Period;
import dev.mindfulcode.apigateway.flow.HistoryQueries.SessionSummary;
import dev.mindfulcode.flowengine.Recommendation;
import dev.mindfulcode.flowengine.insight.FlowEndings;
import dev.mindfulcode.flowengine.insight.Insight;
import dev.mindfulcode.flowengine.insight.Insights;
import dev.mindfulcode.flowengine.insight.Languages;
import dev.mindfulcode.flowengine.insight.Onset;
import dev.mindfulcode.flowengine.insight.OwnCalibration;
import dev.mindfulcode.flowengine.insight.PeakHours;
import dev.mindfulcode.flowengine.insight.Resumption;
import dev.mindfulcode.flowengine.insight.StrainIndicator;
import dev.mindfulcode.flowengine.insight.Survival;
import dev.mindfulcode.webkit.problems.ProblemType;
import java.time.Clock;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Function;
import java.util.function.Supplier;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Statistics and insights of a user's history. The statements of one request run one after the other, on one connection
 * at a time; computations, some ten milliseconds for a heavy user, run off the event loop. Thread-safe.
 */
public final class FlowHistory implements AutoCloseable {

    public static final int DAYS_MAX = 365;
    public static final int ANALYTICS_DAYS_DEFAULT = 30;

    /** Three years; the hours of these days, some 26,000 rows, are the largest result. */
    static final int ANALYTICS_SPAN_DAYS_MAX = 1_096;

    /** A quarter: long enough for intervals, short enough for current habits. A convention. */
    public static final int PATTERN_DAYS_DEFAULT = 90;

    private static final int INSIGHT_PATTERN_DAYS = 90;

    private static final int WEEK_DAYS = 7;

    private static final int THREADS_MAX = 1;
    private static final int QUEUE_SIZE_MAX = 200;
    private static final int RETRY_AFTER_SECONDS = 2;

    private final HistoryQueries reads;
    private final Suggestions suggestions;
    private final ModelChanges models;
    private final Clock clock;
    private final Scheduler computations = Schedulers.newBoundedElastic(THREADS_MAX, QUEUE_SIZE_MAX, "gateway-insight");

    FlowHistory(Database database, ModelChanges models, Clock clock) {
        this.reads = new HistoryQueries(database);
        this.suggestions = new Suggestions(database);
        this.models = models;
        this.clock = clock;
    }

    /** @param days number of days including today, 1 to {@link #DAYS_MAX} */
    public Mono<Patterns> patterns(UUID userId, int days) {
        return reads.zone(userId).flatMap(zone -> {
            Instant now = clock.instant();
            DateRange span = DateRange.upTo(LocalDate.ofInstant(now, zone), days, zone);
            return rows(userId, span)
                    .flatMap(rows -> modelChangedAt()
                            .flatMap(since -> reads.calibration(userId, span, since, now))
                            .flatMap(outcomes -> offload(() -> {
                                Learned learned = Learned.of(rows);
                                return new Patterns(
                                        zone.getId(),
                                        span.first(),
                                        span.last(),
                                        Patterns.PeakHoursPart.of(learned.hours()),
                                        Patterns.SessionLength.of(learned.lengths()),
                                        Patterns.LanguagePart.of(learned.languages()),
                                        Patterns.Triggers.of(learned.onset(), learned.endings()),
                                        Patterns.Tolerance.of(learned.resumption()),
                                        Patterns.CalibrationPart.of(OwnCalibration.of(outcomes)));
                            })));
        });
    }

    /** @param days number of days including today, 1 to {@link #DAYS_MAX} */
    public Mono<Analytics> analytics(UUID userId, int days) {
        return analytics(userId, zone -> DateRange.upTo(LocalDate.ofInstant(clock.instant(), zone), days, zone));
    }

    /** @param last inclusive, at most {@link #ANALYTICS_SPAN_DAYS_MAX} days with the first */
    Mono<Analytics> analytics(UUID userId, LocalDate first, LocalDate last) {
        return analytics(userId, zone -> new DateRange(zone, first, last));
    }

    private Mono<Analytics> analytics(UUID userId, Function<ZoneId, DateRange> days) {
        return reads.zone(userId).flatMap(zone -> {
            DateRange span = days.apply(zone);
            DateRange weeks = DateRange.upTo(span.last(), Analytics.COMPARED_DAYS, zone);
            DateRange compared = span.first().isBefore(weeks.first()) ? span : weeks;
            return reads.days(userId, compared)
                    .flatMap(daily -> reads.hours(userId, span)
                            .flatMap(hours -> reads.periodTotals(userId, span)
                                    .map(Optional::of)
                                    .defaultIfEmpty(Optional.empty())
                                    .flatMap(periods -> modelChangedOn(zone)
                                            .flatMap(changedOn -> offload(() -> Analytics.of(
                                                    span, daily, hours, periods.orElse(null), changedOn))))));
        });
    }

    /** Emits the hours of the day with the best flow of the last quarter; none below a minimum of data. */
    public Mono<BestHours> bestHours(UUID userId) {
        return reads.zone(userId).flatMap(zone -> {
            LocalDate today = LocalDate.ofInstant(clock.instant(), zone);
            return reads.hours(userId, DateRange.upTo(today, PATTERN_DAYS_DEFAULT, zone))
                    .flatMap(hours -> offload(() -> new BestHours(
                            zone,
                            InsightInputs.peakHours(hours).hours().stream()
                                    .filter(PeakHours.Hour::peak)
                                    .map(PeakHours.Hour::hour)
                                    .toList())));
        });
    }

    /** @param hours of the day, 0 to 23, ascending */
    public record BestHours(ZoneId zone, List<Integer> hours) {}

    /** Emits the sums of the current week, Monday to Sunday of the user's time zone. */
    public Mono<FlowWeek> currentWeek(UUID userId) {
        return reads.zone(userId).flatMap(zone -> {
            LocalDate monday =
                    LocalDate.ofInstant(clock.instant(), zone).with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
            DateRange week = new DateRange(zone, monday, monday.plusDays(WEEK_DAYS - 1));
            return reads.days(userId, week)
                    .map(days -> new FlowWeek(
                            zone.getId(),
                            week.first(),
                            week.last(),
                            days.stream().mapToLong(day -> day.sums().flowMs()).sum()));
        });
    }

    /**
     * Time in flow of a week.
     *
     * @param first Monday
     * @param last Sunday
     */
    public record FlowWeek(String timeZone, LocalDate first, LocalDate last, long flowMs) {}

    /** Emits the insights of whole days up to yesterday, and stores which suggestions were given today. */
    public Mono<FlowInsights> insights(UUID userId) {
        return reads.zone(userId).flatMap(zone -> {
            LocalDate today = LocalDate.ofInstant(clock.instant(), zone);
            return found(userId, zone, today).flatMap(found -> {
                List<Recommendation> candidates = found.insights().stream()
                        .map(Insight::suggestion)
                        .filter(Objects::nonNull)
                        .map(suggestion -> (Recommendation) suggestion)
                        .toList();
                return suggestions
                        .today(userId, candidates, today)
                        .map(given -> new FlowInsights(
                                zone.getId(),
                                today,
                                found.insights().stream()
                                        .map(insight -> OneInsight.of(insight, found.daysOf(insight), given))
                                        .toList(),
                                found.missing()));
            });
        });
    }

    private Mono<Found> found(UUID userId, ZoneId zone, LocalDate today) {
        LocalDate yesterday = today.minusDays(1);
        DateRange year = DateRange.upTo(yesterday, DAYS_MAX, zone);
        DateRange quarter = DateRange.upTo(yesterday, INSIGHT_PATTERN_DAYS, zone);
        DateRange recent = DateRange.upTo(yesterday, StrainIndicator.STRETCH_DAYS, zone);
        return rows(userId, quarter)
                .flatMap(rows -> reads.longestStretches(userId, recent)
                        .flatMap(stretches -> reads.days(userId, year)
                                .flatMap(days -> modelChangedOn(zone)
                                        .flatMap(changedOn -> offload(() -> {
                                            Learned learned = Learned.of(rows);
                                            List<StrainIndicator> strain = InsightInputs.strain(
                                                    rows.hours(), stretches, days, yesterday, changedOn);
                                            return new Found(
                                                    Insights.from(learned.history(strain)),
                                                    missing(learned, strain),
                                                    quarter,
                                                    recent,
                                                    year);
                                        })))));
    }

    /** Emits the time since which the model in use has read flow. */
    public Mono<Instant> modelChangedAt() {
        return models.latest();
    }

    private Mono<LocalDate> modelChangedOn(ZoneId zone) {
        return modelChangedAt().map(at -> LocalDate.ofInstant(at, zone));
    }

    private static List<InsufficientData> missing(Learned learned, List<StrainIndicator> strain) {
        List<InsufficientData> missing = new ArrayList<>();
        missing.addAll(Patterns.PeakHoursPart.of(learned.hours()).missing());
        missing.addAll(Patterns.SessionLength.of(learned.lengths()).missing());
        missing.addAll(Patterns.LanguagePart.of(learned.languages()).missing());
        missing.addAll(Patterns.Triggers.of(learned.onset(), learned.endings()).missing());
        missing.addAll(Patterns.Tolerance.of(learned.resumption()).missing());
        strain.forEach(indicator -> missing.addAll(missing(indicator)));
        return List.copyOf(missing);
    }

    private static List<InsufficientData> missing(StrainIndicator indicator) {
        String of = Patterns.word(indicator.kind());
        int amount = indicator.missing();
        return switch (indicator.kind()) {
            case OUTSIDE_USUAL_HOURS -> InsufficientData.days("Work outside usual hours", of, amount, " with activity");
            case LONG_STRETCHES -> InsufficientData.days("Long stretches", of, amount, " with activity");
            case WEEKEND_SHARE -> InsufficientData.weeks("Work on weekends", of, amount);
            case FALLING_FLOW -> InsufficientData.weeks("Flow over the weeks", of, amount);
            case RISING_ERRORS -> InsufficientData.weeks("Errors over the weeks", of, amount);
            case RISING_FRAGMENTATION -> InsufficientData.weeks("Context switches over the weeks", of, amount);
        };
    }

    private Mono<Rows> rows(UUID userId, DateRange days) {
        return reads.hours(userId, days)
                .flatMap(hours -> reads.periods(userId, days)
                        .flatMap(periods -> reads.sessions(userId, days)
                                .flatMap(sessions -> reads.languages(userId, days)
                                        .map(languages -> new Rows(hours, periods, sessions, languages)))));
    }

    private <T> Mono<T> offload(Supplier<T> work) {
        return Mono.fromSupplier(work)
                .subscribeOn(computations)
                .onErrorMap(
                        RejectedExecutionException.class,
                        e -> ProblemType.UNAVAILABLE.retryAfter(
                                RETRY_AFTER_SECONDS, "Too many statistics are being computed; retry later."));
    }

    @Override
    public void close() {
        computations.dispose();
    }

    private record Rows(
            List<Hour> hours, List<Period> periods, List<SessionSummary> sessions, List<LanguageTyping> languages) {}

    /** @param missing data that rules lacked */
    private record Found(
            List<Insight> insights,
            List<InsufficientData> missing,
            DateRange quarter,
            DateRange recent,
            DateRange year) {

        DateRange daysOf(Insight insight) {
            return switch (insight.basis()) {
                case HOURS, PERIODS, SESSIONS -> quarter;
                case STRETCHES -> recent;
                case DAYS -> year;
            };
        }
    }

    /** The statistics of a history. */
    private record Learned(
            PeakHours hours,
            Survival lengths,
            FlowEndings endings,
            Onset onset,
            Resumption resumption,
            Languages languages) {

        static Learned of(Rows rows) {
            return new Learned(
                    InsightInputs.peakHours(rows.hours()),
                    InsightInputs.lengths(rows.periods()),
                    InsightInputs.endings(rows.periods()),
                    InsightInputs.onset(rows.periods(), rows.sessions()),
                    InsightInputs.resumption(rows.periods()),
                    InsightInputs.languages(rows.languages()));
        }

        Insights.History history(List<StrainIndicator> strain) {
            return new Insights.History(hours, lengths, endings, resumption, languages, strain);
        }
    }
}
