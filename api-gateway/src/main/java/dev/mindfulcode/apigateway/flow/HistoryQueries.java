package dev.mindfulcode.apigateway.flow;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.flowengine.Interruption;
import dev.mindfulcode.flowengine.insight.OwnCalibration;
import dev.mindfulcode.flowengine.insight.OwnCalibration.DayOfLevel;
import dev.mindfulcode.flowengine.time.OffsetSpan;
import dev.mindfulcode.flowengine.time.TimeZones;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.r2dbc.core.DatabaseClient.GenericExecuteSpec;
import reactor.core.publisher.Mono;

/**
 * Queries of a user's history, aggregated in the database: a result has at most as many rows as a year has hours, a
 * month has stretches of work, or {@link #PERIODS_MAX} periods.
 */
final class HistoryQueries {

    /** Maximum number of periods, the latest ones. */
    static final int PERIODS_MAX = 1_000;

    /** Maximum number of sessions, the latest ones: five a day for a year. */
    static final int SESSIONS_MAX = 2_000;

    /** The fifteen minutes of an outcome, and the minute itself. */
    private static final Duration OUTCOME_KNOWN_AFTER = Duration.ofMinutes(16);

    private static final String ZONE = "SELECT time_zone FROM readmodel.user_zones WHERE user_id = :user";

    /**
     * Groups by local hours with offsets from the JDK's time-zone rules. Measured: {@code date_bin}, in whole
     * microseconds, is the cheapest way to group the minutes of a year.
     */
    private static final String HOURS = """
            SELECT z.offset_s,
                   date_bin('1 hour', m.minute, timestamptz 'epoch' - z.offset_s * INTERVAL '1 second') AS hour_at,
                   sum(m.active_ms)::bigint AS active_ms,
                   sum(m.flow_ms)::bigint AS flow_ms,
                   sum(m.intensity_ms) AS intensity_ms,
                   sum(m.keystrokes)::bigint AS keystrokes,
                   sum(m.errors)::bigint AS errors,
                   sum(m.context_switches)::bigint AS context_switches
            FROM unnest(CAST(:froms AS bigint[]), CAST(:tos AS bigint[]), CAST(:offsets AS int[]))
                     AS z(from_s, to_s, offset_s)
                 JOIN readmodel.flow_minutes m
                     ON m.user_id = :user AND m.minute >= to_timestamp(z.from_s) AND m.minute < to_timestamp(z.to_s)
            GROUP BY 1, 2""";

    private static final String DAYS = """
            SELECT day, keystrokes, errors, context_switches, active_ms, flow_ms, intensity_ms
            FROM readmodel.daily_summaries
            WHERE user_id = :user AND day >= :first AND day <= :last AND active_ms > 0
            ORDER BY day""";

    /** A stretch consists of minutes with fewer than five idle ones between them. */
    private static final String STRETCHES = """
            SELECT min(minute) AS started_at,
                   (extract(epoch FROM max(minute) - min(minute)) * 1000)::bigint + 60000 AS length_ms
            FROM (SELECT minute, count(*) FILTER (WHERE after_break) OVER (ORDER BY minute) AS stretch
                  FROM (SELECT minute,
                               minute - lag(minute) OVER (ORDER BY minute) > INTERVAL '5 minutes' AS after_break
                        FROM readmodel.flow_minutes
                        WHERE user_id = :user AND minute >= :from AND minute < :to AND active_ms > 0) m) s
            GROUP BY stretch""";

    /**
     * Minutes of typing by fifths of their intensity and by day. After a minute work continued if no gap of five
     * minutes began in the next ten, so that none is in the next fifteen. For that purpose days need not begin at the
     * user's midnight in each season.
     */
    private static final String CALIBRATION = """
            WITH minutes AS (
                SELECT minute, least(1, sum(intensity_ms) / sum(active_ms)) AS intensity
                FROM readmodel.flow_minutes
                WHERE user_id = :user AND minute >= :from AND minute < :to AND active_ms > 0
                GROUP BY minute
            ), breaks AS (
                SELECT minute, intensity,
                       minute - lag(minute) OVER (ORDER BY minute) > INTERVAL '5 minutes' AS after_break
                FROM minutes
            ), stretches AS (
                SELECT minute, intensity, count(*) FILTER (WHERE after_break) OVER (ORDER BY minute) AS stretch
                FROM breaks
            ), outcomes AS (
                SELECT minute, intensity,
                       max(minute) OVER (PARTITION BY stretch) > minute + INTERVAL '10 minutes' AS continued
                FROM stretches
            ), levels AS (
                SELECT minute, intensity, continued, ntile(:levels) OVER (ORDER BY intensity, minute) - 1 AS level
                FROM outcomes WHERE minute < :known
            )
            SELECT level, count(*)::int AS minutes, (count(*) FILTER (WHERE continued))::int AS continued,
                   sum(intensity) AS intensity_sum, min(intensity) AS lowest, max(intensity) AS highest
            FROM levels
            GROUP BY level, date_bin('1 day', minute, timestamptz 'epoch' - :offset * INTERVAL '1 second')""";

    private static final String PERIODS = """
            SELECT p.session_id, p.started_at, p.ended_at, p.ended_by, s.first_activity_at, s.last_activity_at
            FROM (SELECT user_id, session_id, started_at, ended_at, ended_by FROM readmodel.flow_periods
                  WHERE user_id = :user AND started_at < :to
                        AND started_at >= CAST(:from AS timestamptz) - INTERVAL '24 hours'
                        AND ended_at >= started_at AND ended_at >= :from
                  ORDER BY started_at DESC LIMIT :max) p
                 LEFT JOIN readmodel.coding_sessions s ON s.session_id = p.session_id AND s.user_id = p.user_id
            ORDER BY p.started_at""";

    private static final String SESSIONS = """
            SELECT s.session_id, s.active_ms, s.first_activity_at, s.last_activity_at, f.first_flow_at
            FROM (SELECT user_id, session_id, active_ms, first_activity_at, last_activity_at
                  FROM readmodel.coding_sessions
                  WHERE user_id = :user AND started_at < :to AND (ended_at IS NULL OR ended_at >= :from)
                  ORDER BY started_at DESC LIMIT :max) s
                 CROSS JOIN LATERAL (SELECT min(started_at) AS first_flow_at FROM readmodel.flow_periods p
                                     WHERE p.session_id = s.session_id AND p.user_id = s.user_id) f""";

    /**
     * Typing by language. Most sessions have one language and use the session's sums. If the language changed, a minute
     * counts for the language at its start; the first language includes earlier minutes.
     */
    private static final String LANGUAGES = """
            SELECT s.session_id, l.language, l.active_ms, l.flow_ms
            FROM (SELECT user_id, session_id, started_at, language, active_ms, flow_ms,
                         first_activity_at, last_activity_at,
                         (SELECT count(DISTINCT language) FROM readmodel.session_languages c
                          WHERE c.session_id = coding_sessions.session_id
                                AND c.user_id = coding_sessions.user_id) > 1 AS is_changed
                  FROM readmodel.coding_sessions
                  WHERE user_id = :user AND started_at < :to AND (ended_at IS NULL OR ended_at >= :from)
                  ORDER BY started_at DESC LIMIT :max) s
                 CROSS JOIN LATERAL (
                     SELECT s.language, s.active_ms, s.flow_ms WHERE NOT s.is_changed
                     UNION ALL
                     SELECT span.language, sum(m.active_ms)::bigint, sum(m.flow_ms)::bigint
                     FROM (SELECT language, set_at, row_number() OVER w AS place, lead(set_at) OVER w AS until
                           FROM (SELECT event_offset, kind, set_at, language,
                                        min(event_offset) FILTER (WHERE kind = 'started') OVER () AS start_offset,
                                        max(event_offset) FILTER (WHERE kind = 'corrected') OVER ()
                                            AS correction_offset
                                 FROM readmodel.session_languages c
                                 WHERE s.is_changed AND c.session_id = s.session_id AND c.user_id = s.user_id) c
                           WHERE language IS NOT NULL AND (kind <> 'started' OR event_offset = start_offset)
                                 AND event_offset >= coalesce(correction_offset, 0)
                           WINDOW w AS (ORDER BY event_offset)) span
                          JOIN readmodel.flow_minutes m ON m.user_id = s.user_id AND m.session_id = s.session_id
                               AND m.minute >= date_trunc('minute', s.first_activity_at)
                               AND m.minute <= s.last_activity_at
                               AND (span.place = 1 OR m.minute >= span.set_at)
                               AND (span.until IS NULL OR m.minute < span.until)
                     GROUP BY span.language) l
            WHERE l.language IS NOT NULL
            ORDER BY s.started_at DESC, s.session_id, l.language""";

    private static final String PERIOD_TOTALS = """
            SELECT session_id, started_at, ended_at, mean_intensity, count(*) OVER () AS periods,
                   count(*) FILTER (WHERE ended_by NOT IN ('session_ended', 'unknown')) OVER () AS interrupted
            FROM readmodel.flow_periods
            WHERE user_id = :user AND started_at < :to
                  AND started_at >= CAST(:from AS timestamptz) - INTERVAL '24 hours'
                  AND ended_at >= started_at AND ended_at >= :from
            ORDER BY ended_at - started_at DESC, started_at LIMIT 1""";

    private static final Map<String, Interruption> INTERRUPTIONS = Map.of(
            "idle", Interruption.IDLE,
            "context_switch", Interruption.CONTEXT_SWITCH,
            "errors", Interruption.ERRORS,
            "rhythm_lost", Interruption.RHYTHM_LOST,
            "left_window", Interruption.LEFT_WINDOW,
            "session_ended", Interruption.SESSION_ENDED);

    private final Database database;

    HistoryQueries(Database database) {
        this.database = database;
    }

    /** Emits the time zone of the read model's days; UTC by default. */
    Mono<ZoneId> zone(UUID userId) {
        return database.sql(ZONE)
                .bind("user", userId)
                .map(row -> TimeZones.of(row.get("time_zone", String.class)))
                .one()
                .defaultIfEmpty(TimeZones.UTC);
    }

    /** Emits hours in order; an hour that repeats when clocks are set back is one. */
    Mono<List<Hour>> hours(UUID userId, DateRange days) {
        List<OffsetSpan> spans = OffsetSpan.of(days.zone(), days.from(), days.to());
        return database.sql(HOURS)
                .bind("user", userId)
                .bind("froms", spans.stream().map(OffsetSpan::fromSeconds).toArray(Long[]::new))
                .bind("tos", spans.stream().map(OffsetSpan::toSeconds).toArray(Long[]::new))
                .bind("offsets", spans.stream().map(OffsetSpan::offsetSeconds).toArray(Integer[]::new))
                .map(row -> Map.entry(
                        LocalDateTime.ofInstant(
                                row.get("hour_at", Instant.class),
                                ZoneOffset.ofTotalSeconds(row.get("offset_s", Integer.class))),
                        sums(row)))
                .all()
                .collect(
                        () -> new TreeMap<LocalDateTime, Sums>(),
                        (hours, hour) -> hours.merge(hour.getKey(), hour.getValue(), Sums::plus))
                .map(hours -> hours.entrySet().stream()
                        .map(hour -> new Hour(
                                hour.getKey().toLocalDate(), hour.getKey().getHour(), hour.getValue()))
                        .toList());
    }

    Mono<List<Day>> days(UUID userId, DateRange days) {
        return database.sql(DAYS)
                .bind("user", userId)
                .bind("first", days.first())
                .bind("last", days.last())
                .map(row -> new Day(row.get("day", LocalDate.class), sums(row)))
                .all()
                .collectList();
    }

    /**
     * Emits the longest stretch without five idle minutes of each day, in ms; a stretch belongs to the day of its
     * start.
     */
    Mono<Map<LocalDate, Long>> longestStretches(UUID userId, DateRange days) {
        return within(STRETCHES, userId, days)
                .map(row -> Map.entry(
                        LocalDate.ofInstant(row.get("started_at", Instant.class), days.zone()),
                        row.get("length_ms", Long.class)))
                .all()
                .collect(
                        () -> new HashMap<LocalDate, Long>(),
                        (longest, stretch) -> longest.merge(stretch.getKey(), stretch.getValue(), Math::max))
                .map(longest -> longest);
    }

    /**
     * Emits the minutes of typing by level of intensity and day.
     *
     * @param since if later than the first day: an earlier model's intensities are not comparable
     * @param now what followed the minutes of the last quarter of an hour is not known yet
     */
    Mono<List<DayOfLevel>> calibration(UUID userId, DateRange days, Instant since, Instant now) {
        return database.sql(CALIBRATION)
                .bind("user", userId)
                .bind("from", since.isAfter(days.from()) ? since : days.from())
                .bind("to", days.to())
                .bind("known", now.minus(OUTCOME_KNOWN_AFTER))
                .bind("levels", OwnCalibration.LEVELS)
                .bind("offset", days.zone().getRules().getOffset(now).getTotalSeconds())
                .map(row -> new DayOfLevel(
                        row.get("level", Integer.class),
                        row.get("minutes", Integer.class),
                        row.get("continued", Integer.class),
                        row.get("intensity_sum", Double.class),
                        row.get("lowest", Double.class),
                        row.get("highest", Double.class)))
                .all()
                .collectList();
    }

    /** Emits the latest {@link #PERIODS_MAX} closed periods that overlap the days, in order. */
    Mono<List<Period>> periods(UUID userId, DateRange days) {
        return within(PERIODS, userId, days)
                .bind("max", PERIODS_MAX)
                .map(row -> new Period(
                        row.get("session_id", UUID.class),
                        row.get("started_at", Instant.class),
                        row.get("ended_at", Instant.class),
                        interruption(row.get("ended_by", String.class)),
                        row.get("first_activity_at", Instant.class),
                        row.get("last_activity_at", Instant.class)))
                .all()
                .collectList();
    }

    /** Emits the latest {@link #SESSIONS_MAX} sessions that overlap the days. */
    Mono<List<SessionSummary>> sessions(UUID userId, DateRange days) {
        return within(SESSIONS, userId, days)
                .bind("max", SESSIONS_MAX)
                .map(row -> new SessionSummary(
                        row.get("active_ms", Long.class),
                        row.get("first_activity_at", Instant.class),
                        row.get("last_activity_at", Instant.class),
                        row.get("first_flow_at", Instant.class)))
                .all()
                .collectList();
    }

    /**
     * Emits the typing per language of the latest {@link #SESSIONS_MAX} sessions, the latest session first.
     */
    Mono<List<LanguageTyping>> languages(UUID userId, DateRange days) {
        return within(LANGUAGES, userId, days)
                .bind("max", SESSIONS_MAX)
                .map(row -> new LanguageTyping(
                        Objects.requireNonNull(row.get("session_id", UUID.class)),
                        Objects.requireNonNull(row.get("language", String.class)),
                        row.get("active_ms", Long.class),
                        row.get("flow_ms", Long.class)))
                .all()
                .collectList();
    }

    /** Emits nothing without a closed period. */
    Mono<PeriodTotals> periodTotals(UUID userId, DateRange days) {
        return within(PERIOD_TOTALS, userId, days)
                .map(row -> new PeriodTotals(
                        row.get("periods", Long.class).intValue(),
                        row.get("interrupted", Long.class).intValue(),
                        row.get("session_id", UUID.class),
                        row.get("started_at", Instant.class),
                        row.get("ended_at", Instant.class),
                        row.get("mean_intensity", Float.class)))
                .one();
    }

    private GenericExecuteSpec within(String sql, UUID userId, DateRange days) {
        return database.sql(sql).bind("user", userId).bind("from", days.from()).bind("to", days.to());
    }

    private static Sums sums(Readable row) {
        return new Sums(
                row.get("active_ms", Long.class),
                row.get("flow_ms", Long.class),
                row.get("intensity_ms", Double.class),
                row.get("keystrokes", Long.class),
                row.get("errors", Long.class),
                row.get("context_switches", Long.class));
    }

    private static Interruption interruption(@Nullable String endedBy) {
        return endedBy == null
                ? Interruption.UNKNOWN
                : INTERRUPTIONS.getOrDefault(endedBy.toLowerCase(Locale.ROOT), Interruption.UNKNOWN);
    }

    /** Sums over minutes. */
    record Sums(long activeMs, long flowMs, double intensityMs, long keystrokes, long errors, long contextSwitches) {

        static final Sums NONE = new Sums(0, 0, 0, 0, 0, 0);

        Sums plus(Sums other) {
            return new Sums(
                    activeMs + other.activeMs,
                    flowMs + other.flowMs,
                    intensityMs + other.intensityMs,
                    keystrokes + other.keystrokes,
                    errors + other.errors,
                    contextSwitches + other.contextSwitches);
        }

        double flowShare() {
            return activeMs == 0 ? 0 : Math.clamp((double) flowMs / activeMs, 0, 1);
        }

        /** NaN without active time. */
        double meanIntensity() {
            return activeMs == 0 ? Double.NaN : Math.clamp(intensityMs / activeMs, 0, 1);
        }
    }

    /** @param hour 0 to 23, in the user's zone */
    record Hour(LocalDate day, int hour, Sums sums) {}

    record Day(LocalDate day, Sums sums) {}

    record Period(
            UUID sessionId,
            Instant startedAt,
            Instant endedAt,
            Interruption endedBy,
            @Nullable Instant sessionFrom,
            @Nullable Instant sessionTo) {

        long lengthMs() {
            return Duration.between(startedAt, endedAt).toMillis();
        }
    }

    /** The typing in one language of one session. */
    record LanguageTyping(UUID sessionId, String language, long activeMs, long flowMs) {

        LanguageTyping plus(LanguageTyping other) {
            return new LanguageTyping(sessionId, language, activeMs + other.activeMs, flowMs + other.flowMs);
        }

        @Override
        public String toString() {
            return "LanguageTyping";
        }
    }

    record SessionSummary(
            long activeMs,
            @Nullable Instant from,
            @Nullable Instant to,
            @Nullable Instant firstFlowAt) {

        @Override
        public String toString() {
            return "SessionSummary";
        }
    }

    /** Number of closed and of interrupted periods, and the longest one. */
    record PeriodTotals(
            int periods,
            int interrupted,
            UUID longestSessionId,
            Instant longestStartedAt,
            Instant longestEndedAt,
            float longestMeanIntensity) {}
}
