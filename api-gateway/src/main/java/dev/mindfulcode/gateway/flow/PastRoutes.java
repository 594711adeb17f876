package dev.mindfulcode.gateway.flow;

import com.fasterxml.jackson.annotation.JsonInclude;
import dev.mindfulcode.gateway.database.Database;
import dev.mindfulcode.gateway.http.Answers;
import dev.mindfulcode.gateway.http.Caller;
import dev.mindfulcode.gateway.http.Parameters;
import dev.mindfulcode.gateway.http.ProblemType;
import dev.mindfulcode.gateway.http.Routes;
import dev.mindfulcode.gateway.sessions.ReadAfter;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.springframework.r2dbc.core.DatabaseClient.GenericExecuteSpec;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /api/flow/periods} and {@code /api/flow/minutes}: what the read model knows of a span of time, oldest first. */
final class PastRoutes {

    private static final Duration SPAN_ABSENT = Duration.ofDays(1);

    /** 10,080 minutes, about a megabyte of JSON. */
    private static final Duration MINUTES_SPAN_MAX = Duration.ofDays(7);

    private static final Duration PERIODS_SPAN_MAX = Duration.ofDays(31);

    /** Sessions end by themselves when idle, and no period outlives its session: one that began earlier than this is over. */
    private static final Duration PERIOD_LENGTH_MAX = Duration.ofDays(1);

    private static final String PERIODS = """
            select session_id, started_at, ended_at, mean_intensity, keystrokes, ended_by from readmodel.flow_periods
            where user_id = :user and started_at >= :earliest and started_at < :to and (ended_at is null or ended_at > :from)
            order by started_at""";
    private static final String MINUTES = """
            select minute, sum(keystrokes)::bigint as keystrokes, sum(errors)::bigint as errors,
                   sum(context_switches)::bigint as context_switches,
                   coalesce(least(1, sum(intensity_ms) / nullif(sum(active_ms), 0)), 0)::real as mean_intensity,
                   sum(active_seconds) as active_seconds, sum(flow_seconds) as flow_seconds
            from readmodel.flow_minutes where user_id = :user and minute >= :from and minute < :to
            group by minute order by minute""";

    private final Database database;
    private final ReadAfter readAfter;
    private final Clock clock;

    PastRoutes(Database database, ReadAfter readAfter, Clock clock) {
        this.database = database;
        this.readAfter = readAfter;
        this.clock = clock;
    }

    void addTo(Routes routes) {
        routes.get("/api/flow/periods", this::periods).get("/api/flow/minutes", this::minutes);
    }

    private Mono<ServerResponse> periods(ServerRequest request) {
        return Caller.of(request).flatMap(caller -> {
            Span span = span(request, PERIODS_SPAN_MAX);
            return readAfter
                    .await(request)
                    .thenMany(spanOf(PERIODS, caller, span)
                            .bind("earliest", span.from().minus(PERIOD_LENGTH_MAX))
                            .map(row -> {
                                String endedBy = row.get("ended_by", String.class);
                                return new Period(
                                        row.get("session_id", UUID.class),
                                        row.get("started_at", Instant.class),
                                        row.get("ended_at", Instant.class),
                                        row.get("mean_intensity", Float.class),
                                        row.get("keystrokes", Long.class),
                                        endedBy == null ? null : endedBy.toLowerCase(Locale.ROOT));
                            })
                            .all())
                    .collectList()
                    .flatMap(periods -> Answers.ok(new Periods(periods)));
        });
    }

    private Mono<ServerResponse> minutes(ServerRequest request) {
        return Caller.of(request).flatMap(caller -> {
            Span span = span(request, MINUTES_SPAN_MAX);
            return readAfter
                    .await(request)
                    .thenMany(spanOf(MINUTES, caller, span)
                            .map(row -> new Minute(
                                    row.get("minute", Instant.class),
                                    row.get("keystrokes", Long.class),
                                    row.get("errors", Long.class),
                                    row.get("context_switches", Long.class),
                                    row.get("mean_intensity", Float.class),
                                    row.get("active_seconds", Double.class),
                                    row.get("flow_seconds", Double.class)))
                            .all())
                    .collectList()
                    .flatMap(minutes -> Answers.ok(new Minutes(minutes)));
        });
    }

    private GenericExecuteSpec spanOf(String select, Caller caller, Span span) {
        return database.sql(select)
                .bind("user", caller.userId())
                .bind("from", span.from())
                .bind("to", span.to());
    }

    private Span span(ServerRequest request, Duration max) {
        Instant from = Parameters.time(request, "from");
        Instant to = Parameters.time(request, "to");
        if (to == null) {
            to = from == null ? clock.instant() : from.plus(SPAN_ABSENT);
        }
        if (from == null) {
            from = to.minus(SPAN_ABSENT);
        }
        if (from.isAfter(to) || Duration.between(from, to).compareTo(max) > 0) {
            throw ProblemType.INVALID_REQUEST.at("from", "At most " + max.toDays() + " days before `to` are shown.");
        }
        return new Span(from, to);
    }

    private record Span(Instant from, Instant to) {}

    private record Periods(List<Period> periods) {}

    private record Period(
            UUID sessionId,
            Instant startedAt,

            @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable
            Instant endedAt,

            float meanIntensity,
            long keystrokes,

            @JsonInclude(JsonInclude.Include.ALWAYS) @Nullable
            String endedBy) {}

    private record Minutes(List<Minute> minutes) {}

    private record Minute(
            Instant minute,
            long keystrokes,
            long errors,
            long contextSwitches,
            float meanIntensity,
            double activeSeconds,
            double flowSeconds) {}
}
