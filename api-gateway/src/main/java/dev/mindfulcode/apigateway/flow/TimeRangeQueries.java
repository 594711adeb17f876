package dev.mindfulcode.apigateway.flow;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mindfulcode.apigateway.database.Database;
import dev.mindfulcode.webkit.problems.ProblemType;
import io.r2dbc.spi.Readable;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.r2dbc.core.DatabaseClient.GenericExecuteSpec;
import reactor.core.publisher.Mono;

/** Queries of flow periods and minutes in a range of time, oldest first. */
public final class TimeRangeQueries {

    public static final Duration PERIODS_RANGE_MAX = Duration.ofDays(31);

    /** 10,080 minutes, about a megabyte of JSON. */
    public static final Duration MINUTES_RANGE_MAX = Duration.ofDays(7);

    private static final Duration RANGE_DEFAULT = Duration.ofDays(1);

    /**
     * Maximum length of a flow period: sessions end when idle, and with them their periods.
     */
    private static final Duration PERIOD_LENGTH_MAX = Duration.ofDays(1);

    private static final String PERIOD_COLUMNS =
            "SELECT session_id, started_at, ended_at, mean_intensity, keystrokes, ended_by FROM readmodel.flow_periods";
    private static final String PERIODS = PERIOD_COLUMNS + """
             WHERE user_id = :user AND started_at >= :earliest AND started_at < :to
                   AND (ended_at IS NULL OR ended_at >= :from)
            ORDER BY started_at""";
    private static final String PERIODS_OF_SESSIONS =
            PERIOD_COLUMNS + " WHERE user_id = :user AND session_id = ANY(:sessions) ORDER BY started_at";

    /**
     * A row without a reason is of a session that is in flow, if it has time in flow; otherwise it has no reading and
     * hides no other session's reason.
     */
    private static final String MINUTES = """
            SELECT minute, sum(keystrokes)::bigint AS keystrokes, sum(errors)::bigint AS errors,
                   sum(context_switches)::bigint AS context_switches,
                   coalesce(least(1, sum(intensity_ms) / nullif(sum(active_ms), 0)), 0)::real AS mean_intensity,
                   sum(active_seconds) AS active_seconds, sum(flow_seconds) AS flow_seconds,
                   CASE WHEN NOT bool_or(reason IS NULL AND flow_ms > 0)
                        THEN (array_agg(reason ORDER BY active_ms DESC, session_id)
                              FILTER (WHERE reason IS NOT NULL))[1] END AS reason
            FROM readmodel.flow_minutes WHERE user_id = :user AND minute >= :from AND minute < :to
            GROUP BY minute ORDER BY minute""";

    private final Database database;

    TimeRangeQueries(Database database) {
        this.database = database;
    }

    /** Emits the flow periods that overlap a range, including open ones. */
    public Mono<List<Period>> periods(UUID userId, TimeRange span) {
        return spanOf(PERIODS, userId, span)
                .bind("earliest", span.from().minus(PERIOD_LENGTH_MAX))
                .map(TimeRangeQueries::period)
                .all()
                .collectList();
    }

    /** Emits the flow periods of a user's sessions. */
    public Mono<List<Period>> periodsOf(UUID userId, Collection<UUID> sessionIds) {
        return database.sql(PERIODS_OF_SESSIONS)
                .bind("user", userId)
                .bind("sessions", sessionIds.toArray(UUID[]::new))
                .map(TimeRangeQueries::period)
                .all()
                .collectList();
    }

    public Mono<List<Minute>> minutes(UUID userId, TimeRange span) {
        return spanOf(MINUTES, userId, span)
                .map(row -> new Minute(
                        row.get("minute", Instant.class),
                        row.get("keystrokes", Long.class),
                        row.get("errors", Long.class),
                        row.get("context_switches", Long.class),
                        row.get("mean_intensity", Float.class),
                        row.get("active_seconds", Double.class),
                        row.get("flow_seconds", Double.class),
                        row.get("reason", String.class)))
                .all()
                .collectList();
    }

    private GenericExecuteSpec spanOf(String select, UUID userId, TimeRange span) {
        return database.sql(select)
                .bind("user", userId)
                .bind("from", span.from())
                .bind("to", span.to());
    }

    private static Period period(Readable row) {
        String endedBy = row.get("ended_by", String.class);
        return new Period(
                row.get("session_id", UUID.class),
                row.get("started_at", Instant.class),
                row.get("ended_at", Instant.class),
                row.get("mean_intensity", Float.class),
                row.get("keystrokes", Long.class),
                endedBy == null ? null : endedBy.toLowerCase(Locale.ROOT));
    }

    /**
     * A range of time.
     *
     * @param to exclusive
     */
    public record TimeRange(Instant from, Instant to) {

        /** Returns the requested range: a day if one end is given, the last day by default. */
        public static TimeRange of(@Nullable Instant from, @Nullable Instant to, Duration max, Instant now) {
            Instant end = to == null ? from == null ? now : from.plus(RANGE_DEFAULT) : to;
            Instant start = from == null ? end.minus(RANGE_DEFAULT) : from;
            if (start.isAfter(end) || Duration.between(start, end).compareTo(max) > 0) {
                throw ProblemType.INVALID_REQUEST.forField(
                        "from", "`from` must be before `to`, by at most " + max.toDays() + " days.");
            }
            return new TimeRange(start, end);
        }
    }

    public record Period(
            UUID sessionId,
            Instant startedAt,

            @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable
            Instant endedAt,

            float meanIntensity,
            long keystrokes,

            @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable
            String endedBy) {}

    /** @param reason why not in flow at the end of the minute; null in flow or if unknown */
    public record Minute(
            Instant minute,
            long keystrokes,
            long errors,
            long contextSwitches,
            float meanIntensity,
            double activeSeconds,
            double flowSeconds,

            @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable
            String reason) {}
}
