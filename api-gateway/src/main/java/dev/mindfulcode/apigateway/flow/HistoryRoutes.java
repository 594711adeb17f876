package dev.mindfulcode.apigateway.flow;

import dev.mindfulcode.apigateway.flow.TimeRangeQueries.Minute;
import dev.mindfulcode.apigateway.flow.TimeRangeQueries.Period;
import dev.mindfulcode.apigateway.flow.TimeRangeQueries.TimeRange;
import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.apigateway.sessions.ReadAfter;
import dev.mindfulcode.webkit.endpoints.Endpoints;
import dev.mindfulcode.webkit.endpoints.JsonResponses;
import dev.mindfulcode.webkit.endpoints.RequestParameters;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.springframework.web.reactive.function.server.ServerRequest;
import org.springframework.web.reactive.function.server.ServerResponse;
import reactor.core.publisher.Mono;

/** {@code /api/flow/periods} and {@code /api/flow/minutes}. */
final class HistoryRoutes {

    private final TimeRangeQueries spans;
    private final ReadAfter readAfter;
    private final Clock clock;

    HistoryRoutes(TimeRangeQueries spans, ReadAfter readAfter, Clock clock) {
        this.spans = spans;
        this.readAfter = readAfter;
        this.clock = clock;
    }

    void addTo(Endpoints routes) {
        routes.get("/api/flow/periods", this::periods).get("/api/flow/minutes", this::minutes);
    }

    private Mono<ServerResponse> periods(ServerRequest request) {
        return Caller.of(request).flatMap(caller -> {
            TimeRange span = span(request, TimeRangeQueries.PERIODS_SPAN_MAX);
            return readAfter
                    .await(request)
                    .then(Mono.defer(() -> spans.periods(caller.userId(), span)))
                    .flatMap(periods -> JsonResponses.ok(new Periods(periods)));
        });
    }

    private Mono<ServerResponse> minutes(ServerRequest request) {
        return Caller.of(request).flatMap(caller -> {
            TimeRange span = span(request, TimeRangeQueries.MINUTES_SPAN_MAX);
            return readAfter
                    .await(request)
                    .then(Mono.defer(() -> spans.minutes(caller.userId(), span)))
                    .flatMap(minutes -> JsonResponses.ok(new Minutes(minutes)));
        });
    }

    private TimeRange span(ServerRequest request, Duration max) {
        return TimeRange.of(
                RequestParameters.time(request, "from"), RequestParameters.time(request, "to"), max, clock.instant());
    }

    private record Periods(List<Period> periods) {}

    private record Minutes(List<Minute> minutes) {}
}
