package dev.mindfulcode.apigateway.teams;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.flow.EstimateView;
import dev.mindfulcode.flowengine.insight.Estimate;
import dev.mindfulcode.flowengine.insight.TeamIndicator;
import dev.mindfulcode.flowengine.team.PrivacyBudget;
import dev.mindfulcode.flowengine.team.PrivacyLoss;
import dev.mindfulcode.flowengine.team.TeamDayRelease;
import dev.mindfulcode.flowengine.time.TimeZones;
import dev.mindfulcode.identity.accounts.AccountTable;
import io.r2dbc.spi.Readable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Statistics of released windows, for all members of a team on the premium plan. A window is released with noise, when
 * it is closed and at least {@link TeamDayRelease#MEMBERS_MIN_LEAST} members count in it.
 */
public final class TeamStatistics {

    /** Days that {@link #recentDays} covers. */
    public static final int RECENT_DAYS_MAX = 31;

    private static final String BUDGET_SPENT = "budget_spent";

    /** Late data counts in a window for this long after its end. Insights read days for which that is over. */
    static final Duration LATENESS_MAX = Duration.ofHours(24);

    private static final String IS_RELEASED = "members >= :min AND active_seconds_margin IS NOT NULL";

    private static final String WINDOWS = """
            SELECT window_start, outcome, members, active_seconds, active_seconds_margin, seconds_in_flow,
                   seconds_in_flow_margin, interruptions, interruptions_margin
            FROM readmodel.team_windows
            WHERE team_id = :team AND size = :size AND window_start >= :from AND window_start < :to
                AND (outcome = 'budget_spent' OR %s)
            ORDER BY window_start LIMIT :max""".formatted(IS_RELEASED);
    private static final String RELEASED = """
            SELECT size, window_start, active_seconds, active_seconds_margin, seconds_in_flow, seconds_in_flow_margin,
                   interruptions, interruptions_margin
            FROM readmodel.team_windows
            WHERE team_id = :team AND size IN ('hour', 'day') AND %s AND window_start >= :from AND window_start < :to
            ORDER BY window_start""".formatted(IS_RELEASED);
    private static final String LATEST = """
            SELECT window_start, outcome, rho_micros, rho_month_micros, rho_month_max_micros
            FROM readmodel.team_windows WHERE team_id = :team AND size = 'day'
            ORDER BY window_start DESC LIMIT 1""";

    private final Database database;
    private final Teams teams;
    private final AccountTable accounts;
    private final Supplier<Mono<Instant>> modelChangedAt;
    private final Clock clock;

    /** @param modelChangedAt emits the time since which the model in use has read flow */
    TeamStatistics(Database database, Teams teams, Supplier<Mono<Instant>> modelChangedAt, Clock clock) {
        this.database = database;
        this.teams = teams;
        this.accounts = new AccountTable(database);
        this.modelChangedAt = modelChangedAt;
        this.clock = clock;
    }

    /** The lengths of windows, each with the longest range of a request in days. Five minutes are never released. */
    enum Size {
        FIVE_MINUTES(Duration.ofMinutes(5), 1),
        HOUR(Duration.ofHours(1), 31),
        DAY(Duration.ofDays(1), 366);

        private final Duration length;
        private final int spanDaysMax;

        Size(Duration length, int spanDaysMax) {
            this.length = length;
            this.spanDaysMax = spanDaysMax;
        }

        Duration length() {
            return length;
        }

        Duration spanMax() {
            return Duration.ofDays(spanDaysMax);
        }

        /** Returns the size as the API and the tables spell it. */
        String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Returns null if the text is not a size. */
        static @Nullable Size parse(String text) {
            return Arrays.stream(values())
                    .filter(size -> size.text().equals(text))
                    .findFirst()
                    .orElse(null);
        }
    }

    /** Emits the windows that begin within a range, earliest first, and the cursor of the next page. */
    Mono<Windows> windows(UUID callerId, UUID teamId, Size size, Instant from, Instant to, int limit) {
        return teams.requireMemberOnPremium(callerId, teamId)
                .then(Mono.defer(() -> windowsOf(teamId, size, from, to, limit + 1)))
                .zipWith(privacyOf(teamId))
                .map(found -> new Windows(
                        teamId,
                        size.text(),
                        found.getT1().stream().limit(limit).toList(),
                        found.getT2().orElse(null),
                        found.getT1().size() > limit
                                ? new WindowCursor(found.getT1().get(limit).start()).text()
                                : null));
    }

    /** Emits the closed days of the last {@link #RECENT_DAYS_MAX}, in order. */
    public Mono<List<Window>> recentDays(UUID callerId, UUID teamId) {
        Instant to = clock.instant();
        return teams.requireMemberOnPremium(callerId, teamId)
                .then(Mono.defer(() ->
                        windowsOf(teamId, Size.DAY, to.minus(Duration.ofDays(RECENT_DAYS_MAX)), to, RECENT_DAYS_MAX)));
    }

    private Mono<List<Window>> windowsOf(UUID teamId, Size size, Instant from, Instant to, int max) {
        return database.sql(WINDOWS)
                .bind("team", teamId)
                .bind("size", size.text())
                .bind("from", from)
                .bind("to", to)
                .bind("min", TeamDayRelease.MEMBERS_MIN_LEAST)
                .bind("max", max)
                .map(row -> Window.of(row, size))
                .all()
                .collectList();
    }

    /** Emits what the latest closed day says about the team's budget. */
    private Mono<Optional<Privacy>> privacyOf(UUID teamId) {
        return database.sql(LATEST)
                .bind("team", teamId)
                .map(row -> Optional.of(Privacy.of(row)))
                .one()
                .defaultIfEmpty(Optional.empty());
    }

    /**
     * Emits the indicators of a team: the last days compared with the weeks before, in the caller's time zone.
     */
    Mono<Insights> insights(UUID callerId, UUID teamId, int recentDays) {
        // By then all members have been able to read their own indicators of these days.
        Instant end = clock.instant().minus(LATENESS_MAX).truncatedTo(ChronoUnit.DAYS);
        long endMs = end.toEpochMilli();
        return teams.requireMemberOnPremium(callerId, teamId)
                .then(Mono.defer(() -> zoneOf(callerId)))
                .flatMap(zone -> Mono.zip(
                                database.sql(RELEASED)
                                        .bind("team", teamId)
                                        .bind(
                                                "from",
                                                Instant.ofEpochMilli(TeamIndicator.neededFromMs(endMs, recentDays)))
                                        .bind("to", end)
                                        .bind("min", TeamDayRelease.MEMBERS_MIN_LEAST)
                                        .map(Released::of)
                                        .all()
                                        .collectList(),
                                modelChangedAt.get())
                        .map(found -> insights(teamId, found.getT1(), endMs, recentDays, zone, found.getT2())));
    }

    private static Insights insights(
            UUID teamId, List<Released> released, long endMs, int recentDays, ZoneId zone, Instant modelChangedAt) {
        List<TeamIndicator.Hour> hours = new ArrayList<>();
        List<TeamIndicator.Day> days = new ArrayList<>();
        for (Released one : released) {
            if (!one.size().equals(Size.DAY.text())) {
                hours.add(new TeamIndicator.Hour(one.startMs(), one.active()));
            } else if (one.inFlow() != null && one.interruptions() != null) {
                days.add(new TeamIndicator.Day(one.startMs(), one.active(), one.inFlow(), one.interruptions()));
            }
        }
        List<Insight> insights = new ArrayList<>();
        List<MissingIndicator> missing = new ArrayList<>();
        for (TeamIndicator.Kind kind : TeamIndicator.Kind.values()) {
            TeamIndicator indicator =
                    TeamIndicator.of(kind, hours, days, endMs, recentDays, zone, modelChangedAt.toEpochMilli());
            Estimate value = indicator.value();
            if (value == null) {
                missing.add(MissingIndicator.of(indicator));
            } else {
                insights.add(Insight.of(indicator, value));
            }
        }
        return new Insights(teamId, zone.getId(), Instant.ofEpochMilli(endMs), insights, missing);
    }

    private Mono<ZoneId> zoneOf(UUID userId) {
        return accounts.timeZone(userId).map(TimeZones::of);
    }

    private record Released(
            String size,
            long startMs,
            TeamIndicator.Figure active,
            TeamIndicator.@Nullable Figure inFlow,
            TeamIndicator.@Nullable Figure interruptions) {

        static Released of(Readable row) {
            return new Released(
                    Objects.requireNonNull(row.get("size", String.class)),
                    Objects.requireNonNull(row.get("window_start", Instant.class))
                            .toEpochMilli(),
                    Objects.requireNonNull(figure(row, "active_seconds")),
                    figure(row, "seconds_in_flow"),
                    figure(row, "interruptions"));
        }

        private static TeamIndicator.@Nullable Figure figure(Readable row, String column) {
            Long value = row.get(column, Long.class);
            Long margin = row.get(column + "_margin", Long.class);
            return value == null || margin == null ? null : new TeamIndicator.Figure(value, margin);
        }
    }

    /** @param privacy null before the first closed day */
    record Windows(
            UUID teamId,
            String size,
            List<Window> windows,

            @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable
            Privacy privacy,

            @Nullable String nextCursor) {}

    /**
     * The privacy cost of a team's released figures, by its latest closed day.
     *
     * @param rhoPerDay zCDP of one member's day; null for a withheld day
     * @param epsilonPerDay the same as ε for {@code delta}
     * @param month of the latest closed day, as year and month
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Privacy(
            @Nullable Double rhoPerDay,
            @Nullable Double epsilonPerDay,
            double delta,
            String month,
            double rhoSpent,
            double rhoPerMonth,
            boolean budgetSpent) {

        static Privacy of(Readable row) {
            double rhoPerDay = rho(row, "rho_micros");
            return new Privacy(
                    rhoPerDay == 0 ? null : (Double) rhoPerDay,
                    rhoPerDay == 0 ? null : (Double) EstimateView.rounded(PrivacyLoss.epsilon(rhoPerDay)),
                    PrivacyLoss.DELTA,
                    YearMonth.from(Objects.requireNonNull(row.get("window_start", Instant.class))
                                    .atOffset(ZoneOffset.UTC))
                            .toString(),
                    rho(row, "rho_month_micros"),
                    rho(row, "rho_month_max_micros"),
                    BUDGET_SPENT.equals(row.get("outcome", String.class)));
        }

        private static double rho(Readable row, String column) {
            return (double) Objects.requireNonNull(row.get(column, Long.class), column) / PrivacyBudget.MICROS;
        }
    }

    /**
     * A closed window. Sums have noise and may be negative.
     *
     * @param status released or budget_spent; without figures in the latter case
     * @param members how many count, rounded down to a multiple of five
     * @param activeSecondsMargin half-width of the 95 % interval of the noise, as the other margins
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    public record Window(
            Instant start,
            Instant end,
            boolean closed,
            String status,
            @Nullable Long members,
            @Nullable Long activeSeconds,
            @Nullable Long activeSecondsMargin,
            @Nullable Long secondsInFlow,
            @Nullable Long secondsInFlowMargin,
            @Nullable Long interruptions,
            @Nullable Long interruptionsMargin) {

        static Window of(Readable row, Size size) {
            Instant start = Objects.requireNonNull(row.get("window_start", Instant.class));
            Long members = row.get("members", Long.class);
            return new Window(
                    start,
                    start.plus(size.length()),
                    true,
                    Objects.requireNonNull(row.get("outcome", String.class)),
                    members == null ? null : (Long) TeamDayRelease.shownMembers(members),
                    row.get("active_seconds", Long.class),
                    row.get("active_seconds_margin", Long.class),
                    row.get("seconds_in_flow", Long.class),
                    row.get("seconds_in_flow_margin", Long.class),
                    row.get("interruptions", Long.class),
                    row.get("interruptions_margin", Long.class));
        }
    }

    /**
     * @param until the end of the last window that was read
     * @param missing indicators without enough data
     */
    record Insights(
            UUID teamId, String timeZone, Instant until, List<Insight> insights, List<MissingIndicator> missing) {}

    /**
     * @param id of the indicator
     * @param standsOut whether it is above the reference beyond chance, all indicators being compared at once
     * @param to inclusive
     */
    record Insight(
            String id,
            String text,
            Numbers numbers,
            boolean standsOut,
            double confidence,
            int dataPoints,
            LocalDate from,
            LocalDate to) {

        static Insight of(TeamIndicator indicator, Estimate value) {
            return new Insight(
                    indicator.kind().text(),
                    indicator.text(),
                    new Numbers(
                            indicator.kind().unit(),
                            EstimateView.of(value),
                            EstimateView.rounded(indicator.reference())),
                    indicator.isElevated(),
                    EstimateView.rounded(indicator.confidence()),
                    value.samples(),
                    indicator.from(),
                    indicator.to());
        }
    }

    /** @param reference the earlier value; 0 for changes */
    record Numbers(String measure, EstimateView estimate, double reference) {}

    /** @param unit days or weeks with released figures */
    record MissingIndicator(String of, int amount, String unit, String text) {

        static MissingIndicator of(TeamIndicator indicator) {
            String unit = indicator.kind() == TeamIndicator.Kind.WEEKEND_SHARE ? "weeks" : "days";
            return new MissingIndicator(
                    indicator.kind().text(),
                    indicator.missing(),
                    unit,
                    indicator.missing() + " more " + unit + " with released figures are needed.");
        }
    }
}
