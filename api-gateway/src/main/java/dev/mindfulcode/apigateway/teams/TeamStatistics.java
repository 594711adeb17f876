package dev.mindfulcode.apigateway.teams;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.apigateway.flow.EstimateView;
import dev.mindfulcode.flowengine.insight.Estimate;
import dev.mindfulcode.flowengine.insight.TeamIndicator;
import dev.mindfulcode.flowengine.team.TeamAggregate;
import dev.mindfulcode.flowengine.time.TimeZones;
import dev.mindfulcode.identity.accounts.AccountTable;
import io.r2dbc.spi.Readable;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/**
 * Statistics of released windows, for all members of a team on the premium plan. A window is released when it is closed
 * and at least {@link TeamAggregate#MEMBERS_MIN_LEAST} members were active in it.
 */
public final class TeamStatistics {

    /** Late data counts in a window for this long after its end. Insights read days for which that is over. */
    static final Duration LATENESS_MAX = Duration.ofHours(24);

    private static final String WINDOWS = """
            SELECT window_start, members, keystrokes, active_seconds, mean_intensity, intensity_spread, seconds_in_flow,
                   interruptions, focus_overlap_seconds, gap_seconds
            FROM readmodel.team_windows
            WHERE team_id = :team AND size = :size AND window_start >= :from AND window_start < :to
                AND closed AND members >= :min
            ORDER BY window_start LIMIT :max""";
    private static final String RELEASED = """
            SELECT size, window_start, members, active_seconds, seconds_in_flow, interruptions
            FROM readmodel.team_windows
            WHERE team_id = :team AND size IN ('hour', 'day') AND closed AND members >= :min
                AND window_start >= :from AND window_start < :to
            ORDER BY window_start""";

    private final Database database;
    private final Teams teams;
    private final AccountTable accounts;
    private final Clock clock;

    TeamStatistics(Database database, Teams teams, Clock clock) {
        this.database = database;
        this.teams = teams;
        this.accounts = new AccountTable(database);
        this.clock = clock;
    }

    /** The lengths of windows, each with the longest range of a request in days. */
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
                .then(Mono.defer(() -> database.sql(WINDOWS)
                        .bind("team", teamId)
                        .bind("size", size.text())
                        .bind("from", from)
                        .bind("to", to)
                        .bind("min", TeamAggregate.MEMBERS_MIN_LEAST)
                        .bind("max", limit + 1)
                        .map(row -> Window.of(row, size))
                        .all()
                        .collectList()))
                .map(found -> new Windows(
                        teamId,
                        size.text(),
                        found.stream().limit(limit).toList(),
                        found.size() > limit ? new WindowCursor(found.get(limit).start()).text() : null));
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
                .flatMap(zone -> database.sql(RELEASED)
                        .bind("team", teamId)
                        .bind("from", Instant.ofEpochMilli(TeamIndicator.neededFromMs(endMs, recentDays)))
                        .bind("to", end)
                        .bind("min", TeamAggregate.MEMBERS_MIN_LEAST)
                        .map(Released::of)
                        .all()
                        .collectList()
                        .map(released -> insights(teamId, released, endMs, recentDays, zone)));
    }

    private static Insights insights(UUID teamId, List<Released> released, long endMs, int recentDays, ZoneId zone) {
        List<TeamIndicator.Window> hours = new ArrayList<>();
        List<TeamIndicator.Window> days = new ArrayList<>();
        released.forEach(one -> (one.size().equals(Size.DAY.text()) ? days : hours).add(one.window()));
        List<Insight> insights = new ArrayList<>();
        List<MissingIndicator> missing = new ArrayList<>();
        for (TeamIndicator.Kind kind : TeamIndicator.Kind.values()) {
            TeamIndicator indicator = TeamIndicator.of(kind, hours, days, endMs, recentDays, zone);
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

    private record Released(String size, TeamIndicator.Window window) {

        static Released of(Readable row) {
            return new Released(
                    Objects.requireNonNull(row.get("size", String.class)),
                    new TeamIndicator.Window(
                            Objects.requireNonNull(row.get("window_start", Instant.class))
                                    .toEpochMilli(),
                            number(row, "members"),
                            number(row, "active_seconds"),
                            number(row, "seconds_in_flow"),
                            number(row, "interruptions")));
        }

        private static long number(Readable row, String column) {
            return Objects.requireNonNull(row.get(column, Long.class), column);
        }
    }

    record Windows(
            UUID teamId,
            String size,
            List<Window> windows,
            @Nullable String nextCursor) {}

    /**
     * A released window. It never changes.
     *
     * @param closed true
     * @param members active members, rounded down to a multiple of {@link TeamAggregate#MEMBERS_STEP}
     * @param gapSeconds null for sizes without it
     */
    @JsonInclude(JsonInclude.Include.ALWAYS)
    record Window(
            Instant start,
            Instant end,
            boolean closed,
            long members,
            @Nullable Long keystrokes,
            @Nullable Long activeSeconds,
            @Nullable Double meanIntensity,
            @Nullable Double intensitySpread,
            @Nullable Long secondsInFlow,
            @Nullable Long interruptions,
            @Nullable Long focusOverlapSeconds,
            @Nullable Long gapSeconds) {

        static Window of(Readable row, Size size) {
            Instant start = Objects.requireNonNull(row.get("window_start", Instant.class));
            return new Window(
                    start,
                    start.plus(size.length()),
                    true,
                    TeamAggregate.shownMembers(Objects.requireNonNull(row.get("members", Long.class))),
                    row.get("keystrokes", Long.class),
                    row.get("active_seconds", Long.class),
                    row.get("mean_intensity", Double.class),
                    row.get("intensity_spread", Double.class),
                    row.get("seconds_in_flow", Long.class),
                    row.get("interruptions", Long.class),
                    row.get("focus_overlap_seconds", Long.class),
                    row.get("gap_seconds", Long.class));
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
     * @param standsOut whether the whole interval is above the reference
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

    /** @param unit days or weeks in which enough members were active */
    record MissingIndicator(String of, int amount, String unit, String text) {

        static MissingIndicator of(TeamIndicator indicator) {
            String unit = indicator.kind() == TeamIndicator.Kind.WEEKEND_SHARE ? "weeks" : "days";
            return new MissingIndicator(
                    indicator.kind().text(),
                    indicator.missing(),
                    unit,
                    indicator.missing() + " more " + unit + " in which enough members were active are needed.");
        }
    }
}
