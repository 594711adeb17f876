package dev.mindfulcode.apigateway.flow;

import dev.mindfulcode.apigateway.flow.TimeRangeQueries.Minute;
import dev.mindfulcode.apigateway.flow.TimeRangeQueries.Period;
import dev.mindfulcode.apigateway.flow.TimeRangeQueries.TimeRange;
import dev.mindfulcode.apigateway.http.Caller;
import dev.mindfulcode.webkit.endpoints.Access;
import dev.mindfulcode.webkit.endpoints.Endpoint;
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
    private final Clock clock;

    HistoryRoutes(TimeRangeQueries spans, Clock clock) {
        this.spans = spans;
        this.clock = clock;
    }

    void addTo(Endpoints endpoints) {
        endpoints
                .add(
                        Endpoint.get("/api/flow/periods")
                                .access(Access.USER_OR_READ_KEY)
                                .readAfter(),
                        this::periods)
                .add(
                        Endpoint.get("/api/flow/minutes")
                                .access(Access.USER_OR_READ_KEY)
                                .readAfter(),
                        this::minutes);
    }

    private Mono<ServerResponse> periods(ServerRequest request) {
        return Caller.orApiKey(request).flatMap(caller -> {
            TimeRange span = span(request, TimeRangeQueries.PERIODS_RANGE_MAX);
            return spans.periods(caller.userId(), span).flatMap(periods -> JsonResponses.ok(new Periods(periods)));
        });
    }

    private Mono<ServerResponse> minutes(ServerRequest request) {
        return Caller.orApiKey(request).flatMap(caller -> {
            TimeRange span = span(request, TimeRangeQueries.MINUTES_RANGE_MAX);
            return spans.minutes(caller.userId(), span).flatMap(minutes -> JsonResponses.ok(new Minutes(minutes)));
        });
    }

    private TimeRange span(ServerRequest request, Duration max) {
        return TimeRange.of(
                RequestParameters.time(request, "from"), RequestParameters.time(request, "to"), max, clock.instant());
    }

    private record Periods(List<Period> periods) {}

    private record Minutes(List<Minute> minutes) {}
}
