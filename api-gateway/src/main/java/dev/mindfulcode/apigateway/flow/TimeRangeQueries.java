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

/** What the read model knows of a span of a user's time, oldest first. */
public final class TimeRangeQueries {

    public static final Duration PERIODS_SPAN_MAX = Duration.ofDays(31);

    /** 10,080 minutes, about a megabyte of JSON. */
    public static final Duration MINUTES_SPAN_MAX = Duration.ofDays(7);

    private static final Duration SPAN_ABSENT = Duration.ofDays(1);

    /**
     * Sessions end by themselves when idle, and no period outlives its session: one that began earlier than this is
     * over.
     */
    private static final Duration PERIOD_LENGTH_MAX = Duration.ofDays(1);

    private static final String PERIOD_COLUMNS =
            "select session_id, started_at, ended_at, mean_intensity, keystrokes, ended_by from readmodel.flow_periods";
    private static final String PERIODS = PERIOD_COLUMNS + """
             where user_id = :user and started_at >= :earliest and started_at < :to
                   and (ended_at is null or ended_at >= :from)
            order by started_at""";
    private static final String PERIODS_OF_SESSIONS =
            PERIOD_COLUMNS + " where user_id = :user and session_id = any(:sessions) order by started_at";
    private static final String MINUTES = """
            select minute, sum(keystrokes)::bigint as keystrokes, sum(errors)::bigint as errors,
                   sum(context_switches)::bigint as context_switches,
                   coalesce(least(1, sum(intensity_ms) / nullif(sum(active_ms), 0)), 0)::real as mean_intensity,
                   sum(active_seconds) as active_seconds, sum(flow_seconds) as flow_seconds
            from readmodel.flow_minutes where user_id = :user and minute >= :from and minute < :to
            group by minute order by minute""";

    private final Database database;

    TimeRangeQueries(Database database) {
        this.database = database;
    }

    /** The flow periods that reach into a span, the open ones too. */
    public Mono<List<Period>> periods(UUID userId, TimeRange span) {
        return spanOf(PERIODS, userId, span)
                .bind("earliest", span.from().minus(PERIOD_LENGTH_MAX))
                .map(TimeRangeQueries::period)
                .all()
                .collectList();
    }

    /** The flow periods of a user's sessions. */
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
                        row.get("flow_seconds", Double.class)))
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
     * From one moment to another.
     *
     * @param to exclusive
     */
    public record TimeRange(Instant from, Instant to) {

        /** The span that was asked for: a day where only one end is given, the last day where none is. */
        public static TimeRange of(@Nullable Instant from, @Nullable Instant to, Duration max, Instant now) {
            Instant end = to == null ? from == null ? now : from.plus(SPAN_ABSENT) : to;
            Instant start = from == null ? end.minus(SPAN_ABSENT) : from;
            if (start.isAfter(end) || Duration.between(start, end).compareTo(max) > 0) {
                throw ProblemType.INVALID_REQUEST.forField(
                        "from", "At most " + max.toDays() + " days before `to` are shown.");
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

    public record Minute(
            Instant minute,
            long keystrokes,
            long errors,
            long contextSwitches,
            float meanIntensity,
            double activeSeconds,
            double flowSeconds) {}
}
