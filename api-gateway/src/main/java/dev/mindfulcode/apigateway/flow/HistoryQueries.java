package dev.mindfulcode.apigateway.flow;

import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.flowengine.Interruption;
import dev.mindfulcode.flowengine.insight.Onset;
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
 * What the read model knows of somebody's past, summed up where it lies: no answer has more rows than hours in a year,
 * stretches of work in a month or {@link #PERIODS_MAX} periods, whatever was typed.
 */
final class HistoryQueries {

    /** As many as the arithmetic of interruptions looks at; the latest ones. */
    static final int PERIODS_MAX = 1_000;

    /** Five a day for a year, the latest ones. */
    static final int SESSIONS_MAX = 2_000;

    private static final String ZONE = "select time_zone from readmodel.user_zones where user_id = :user";

    /**
     * By local hours, without the database's knowing any zone: an hour begins so many seconds before the epoch's as the
     * zone is ahead of UTC. {@code date_bin} counts in whole microseconds; measured, the cheapest way to group the
     * minutes of a year.
     */
    private static final String HOURS = """
            select z.offset_s, date_bin('1 hour', m.minute, timestamptz 'epoch' - z.offset_s * interval '1 second') as hour_at,
                   sum(m.active_ms)::bigint as active_ms, sum(m.flow_ms)::bigint as flow_ms, sum(m.intensity_ms) as intensity_ms,
                   sum(m.keystrokes)::bigint as keystrokes, sum(m.errors)::bigint as errors,
                   sum(m.context_switches)::bigint as context_switches
            from unnest(cast(:froms as bigint[]), cast(:tos as bigint[]), cast(:offsets as int[])) as z(from_s, to_s, offset_s)
                 join readmodel.flow_minutes m
                     on m.user_id = :user and m.minute >= to_timestamp(z.from_s) and m.minute < to_timestamp(z.to_s)
            group by 1, 2""";

    private static final String DAYS = """
            select day, keystrokes, errors, context_switches, active_ms, flow_ms, intensity_ms
            from readmodel.daily_summaries where user_id = :user and day >= :first and day <= :last and active_ms > 0 order by day""";

    /** A stretch is minutes with less than five idle ones between. */
    private static final String STRETCHES = """
            select min(minute) as started_at, (extract(epoch from max(minute) - min(minute)) * 1000)::bigint + 60000 as length_ms
            from (select minute, count(*) filter (where after_a_break) over (order by minute) as stretch
                  from (select minute, minute - lag(minute) over (order by minute) > interval '5 minutes' as after_a_break
                        from readmodel.flow_minutes
                        where user_id = :user and minute >= :from and minute < :to and active_ms > 0) m) s
            group by stretch""";

    private static final String PERIODS = """
            select p.session_id, p.started_at, p.ended_at, p.ended_by, s.first_activity_at, s.last_activity_at,
                   b.active_ms, b.keystrokes, b.errors, b.context_switches
            from (select user_id, session_id, started_at, ended_at, ended_by from readmodel.flow_periods
                  where user_id = :user and started_at < :to and started_at >= cast(:from as timestamptz) - interval '24 hours'
                        and ended_at >= started_at and ended_at >= :from
                  order by started_at desc limit :max) p
                 left join readmodel.coding_sessions s on s.session_id = p.session_id and s.user_id = p.user_id
                 cross join lateral (
                     select coalesce(sum(active_ms), 0)::bigint as active_ms, coalesce(sum(keystrokes), 0)::bigint as keystrokes,
                            coalesce(sum(errors), 0)::bigint as errors, coalesce(sum(context_switches), 0)::bigint as context_switches
                     from readmodel.flow_minutes m
                     where m.user_id = p.user_id and m.minute < date_trunc('minute', p.started_at)
                           and m.minute >= date_trunc('minute', p.started_at) - interval '10 minutes') b
            order by p.started_at""";

    private static final String SESSIONS = """
            select s.session_id, s.active_ms, s.first_activity_at, s.last_activity_at, f.first_flow_at
            from (select user_id, session_id, active_ms, first_activity_at, last_activity_at
                  from readmodel.coding_sessions
                  where user_id = :user and started_at < :to and (ended_at is null or ended_at >= :from)
                  order by started_at desc limit :max) s
                 cross join lateral (select min(started_at) as first_flow_at from readmodel.flow_periods p
                                     where p.session_id = s.session_id and p.user_id = s.user_id) f""";

    /**
     * Typing by the language it was typed in. Most sessions have one language, and their sums are the session's. Where
     * a session's language was changed, its minutes count for the language that was set when they began; the first
     * language also for what was typed before it was named.
     */
    private static final String LANGUAGES = """
            SELECT s.session_id, l.language, l.active_ms, l.flow_ms
            FROM (SELECT user_id, session_id, started_at, language, active_ms, flow_ms, first_activity_at, last_activity_at,
                         (SELECT count(DISTINCT language) FROM readmodel.session_languages c
                          WHERE c.session_id = coding_sessions.session_id AND c.user_id = coding_sessions.user_id) > 1 AS is_changed
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
                                        max(event_offset) FILTER (WHERE kind = 'corrected') OVER () AS correction_offset
                                 FROM readmodel.session_languages c
                                 WHERE s.is_changed AND c.session_id = s.session_id AND c.user_id = s.user_id) c
                           WHERE language IS NOT NULL AND (kind <> 'started' OR event_offset = start_offset)
                                 AND event_offset >= coalesce(correction_offset, 0)
                           WINDOW w AS (ORDER BY event_offset)) span
                          JOIN readmodel.flow_minutes m ON m.user_id = s.user_id AND m.session_id = s.session_id
                               AND m.minute >= date_trunc('minute', s.first_activity_at) AND m.minute <= s.last_activity_at
                               AND (span.place = 1 OR m.minute >= span.set_at)
                               AND (span.until IS NULL OR m.minute < span.until)
                     GROUP BY span.language) l
            WHERE l.language IS NOT NULL
            ORDER BY s.started_at DESC, s.session_id, l.language""";

    private static final String PERIODS_IN_ALL = """
            select session_id, started_at, ended_at, mean_intensity, count(*) over () as periods,
                   count(*) filter (where ended_by not in ('session_ended', 'unknown')) over () as interrupted
            from readmodel.flow_periods
            where user_id = :user and started_at < :to and started_at >= cast(:from as timestamptz) - interval '24 hours'
                  and ended_at >= started_at and ended_at >= :from
            order by ended_at - started_at desc, started_at limit 1""";

    private static final Map<String, Interruption> INTERRUPTIONS = Map.of(
            "idle", Interruption.IDLE,
            "context_switch", Interruption.CONTEXT_SWITCH,
            "errors", Interruption.ERRORS,
            "rhythm_lost", Interruption.RHYTHM_LOST,
            "session_ended", Interruption.SESSION_ENDED);

    private final Database database;

    HistoryQueries(Database database) {
        this.database = database;
    }

    /** The zone whose days the read model counts; UTC for who has none yet. */
    Mono<ZoneId> zone(UUID userId) {
        return database.sql(ZONE)
                .bind("user", userId)
                .map(row -> TimeZones.of(row.get("time_zone", String.class)))
                .one()
                .defaultIfEmpty(TimeZones.UTC);
    }

    /** In order; an hour that comes twice, as clocks are put back, is one. */
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
     * The longest stretch of each day, in ms, without five idle minutes; a stretch belongs to the day on which it
     * began.
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

    /** The latest {@link #PERIODS_MAX} closed ones that reach into the days, in order. */
    Mono<List<Period>> periods(UUID userId, DateRange days) {
        return within(PERIODS, userId, days)
                .bind("max", PERIODS_MAX)
                .map(row -> new Period(
                        row.get("session_id", UUID.class),
                        row.get("started_at", Instant.class),
                        row.get("ended_at", Instant.class),
                        interruption(row.get("ended_by", String.class)),
                        row.get("first_activity_at", Instant.class),
                        row.get("last_activity_at", Instant.class),
                        new Onset.Span(
                                row.get("active_ms", Long.class),
                                row.get("keystrokes", Long.class),
                                row.get("errors", Long.class),
                                row.get("context_switches", Long.class))))
                .all()
                .collectList();
    }

    /** The latest {@link #SESSIONS_MAX} that reach into the days. */
    Mono<List<PastSession>> sessions(UUID userId, DateRange days) {
        return within(SESSIONS, userId, days)
                .bind("max", SESSIONS_MAX)
                .map(row -> new PastSession(
                        row.get("active_ms", Long.class),
                        row.get("first_activity_at", Instant.class),
                        row.get("last_activity_at", Instant.class),
                        row.get("first_flow_at", Instant.class)))
                .all()
                .collectList();
    }

    /**
     * What was typed in each language of each of the latest {@link #SESSIONS_MAX} sessions, the latest session first.
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

    /** Emits nothing where no period closed. */
    Mono<PeriodsInAll> periodsInAll(UUID userId, DateRange days) {
        return within(PERIODS_IN_ALL, userId, days)
                .map(row -> new PeriodsInAll(
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

    /** @param before the ten minutes before it began */
    record Period(
            UUID sessionId,
            Instant startedAt,
            Instant endedAt,
            Interruption endedBy,
            @Nullable Instant sessionFrom,
            @Nullable Instant sessionTo,
            Onset.Span before) {

        long lengthMs() {
            return Duration.between(startedAt, endedAt).toMillis();
        }
    }

    /** What was typed in one language of one session. */
    record LanguageTyping(UUID sessionId, String language, long activeMs, long flowMs) {

        LanguageTyping plus(LanguageTyping other) {
            return new LanguageTyping(sessionId, language, activeMs + other.activeMs, flowMs + other.flowMs);
        }

        @Override
        public String toString() {
            return "LanguageTyping";
        }
    }

    record PastSession(
            long activeMs,
            @Nullable Instant from,
            @Nullable Instant to,
            @Nullable Instant firstFlowAt) {

        @Override
        public String toString() {
            return "PastSession";
        }
    }

    /** How many closed, how many of them were interrupted, and the longest. */
    record PeriodsInAll(
            int periods,
            int interrupted,
            UUID longestSessionId,
            Instant longestStartedAt,
            Instant longestEndedAt,
            float longestMeanIntensity) {}
}
